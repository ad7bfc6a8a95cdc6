import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';

/** What a member is told of a team by e-mail. */
export interface NoticeChoice {
  /** Expenses that others write, and oneself shares. */
  readonly newExpenses: boolean;
}

const findStatement = statement<NoticeChoice>(
  'teams.find_notice_choice',
  'select expense_notices as "newExpenses" from teams.members where id = $1',
);

/** What a member has chosen; told of everything, until then. */
export async function findNoticeChoice(queryable: Queryable, memberId: string): Promise<NoticeChoice> {
  const [row] = await queryable.query(findStatement, [memberId]);
  if (row === undefined) throw new Error(`The member ${memberId} is gone.`);
  return row;
}

const changeStatement = statement(
  'teams.change_notice_choice',
  'update teams.members set expense_notices = $2 where id = $1 and expense_notices <> $2',
);

export async function changeNoticeChoice(
  queryable: Queryable,
  memberId: string,
  { newExpenses }: NoticeChoice,
): Promise<void> {
  await queryable.query(changeStatement, [memberId, newExpenses]);
}
