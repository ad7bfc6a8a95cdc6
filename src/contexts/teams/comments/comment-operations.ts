import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import type { ExpenseComment } from './comment-store.ts';
import { createExpenseComment } from './create-expense-comment.ts';
import { deleteExpenseComment } from './delete-expense-comment.ts';
import { listExpenseComments } from './list-expense-comments.ts';

type CommentOperation = 'listExpenseComments' | 'createExpenseComment' | 'deleteExpenseComment';

/** What is said about expenses. */
export function createCommentOperations(dependencies: TeamsDependencies): Handlers<CommentOperation> {
  const { clock } = dependencies;
  return {
    listExpenseComments: async ({ path, query }, { principal }) => {
      const { limit, cursor } = query;
      const page = await listExpenseComments(dependencies, { ...path, userId: principal.userId, limit, cursor });
      return reply('listExpenseComments', { status: 200, body: { ...page, items: page.items.map(commentBody) } });
    },
    createExpenseComment: async ({ path, body }, { tx, id, principal }) => {
      const command = { ...path, ...body, id: id('comment'), userId: principal.userId };
      const comment = await createExpenseComment({ tx, clock }, command);
      return reply('createExpenseComment', { status: 200, body: commentBody(comment) });
    },
    deleteExpenseComment: async ({ path }, { principal }) => {
      await deleteExpenseComment(dependencies, { ...path, userId: principal.userId });
      return reply('deleteExpenseComment', { status: 204 });
    },
  };
}

function commentBody({ id, memberId, text, createdAt }: ExpenseComment): Schema<'ExpenseComment'> {
  return { id, memberId, text, createdAt: createdAt.toISOString() };
}
