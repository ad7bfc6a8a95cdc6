/** Prisma 7 on its `pg` driver adapter, without a Rust engine. `node prisma.ts <database url>` */
import { PrismaPg } from '@prisma/adapter-pg';
import { AT_ONCE, contest } from '../db/contest.ts';
import { PrismaClient } from './generated/client.ts';

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.argv[2] ?? '', max: AT_ONCE }) });

contest({
  async get(walletId) {
    const found = await prisma.account.findUnique({
      where: { id: walletId, kind: 'wallet' },
      select: { balance: true },
    });
    return Number(found?.balance);
  },
  async post({ reference, from, to, amount }) {
    const leg = { refType: 'bonus', refId: reference };
    await prisma.$transaction([
      prisma.ledgerEntry.createMany({
        data: [
          { ...leg, accountId: to, amount },
          { ...leg, accountId: from, amount: -amount },
        ],
      }),
    ]);
  },
});
