import { createHmac } from 'node:crypto';
import { captureId } from '../../src/ports/payments.ts';
import type {
  CallOptions,
  MovePayment,
  PaymentOutcome,
  PaymentProvider,
  StartPayment,
} from '../../src/ports/payments.ts';
import { sandboxBehaviours } from '../../src/ports/sandbox-payments.ts';
import type {
  SandboxBehaviour,
  SandboxBooks,
  SandboxCharge,
  SandboxDesk,
  SandboxMove,
  SandboxPlan,
} from '../../src/ports/sandbox-payments.ts';
import type { Clock } from '../../src/shared/clock.ts';
import { faultOfTimestamped, signTimestamped } from '../timestamped-signature.ts';
import { chargeMessage, headOf, paymentOf, readSandboxMessage, refundMessage } from './sandbox-events.ts';

export interface SandboxPaymentsOptions {
  readonly books: SandboxBooks;
  /** Signs messages and names charges, for this purpose alone. */
  readonly secret: string;
  readonly clock: Clock;
  /** Where buyers pay by hand: a charge's id is added behind it. */
  readonly payPage: string;
}

const PAGE = 100;
const second = 1_000;

/** A provider without a bank: what becomes of a charge is chosen by its token, or by hand on the pay page. */
export function createSandboxPayments(options: SandboxPaymentsOptions): PaymentProvider & SandboxDesk {
  const { books, secret, clock, payPage } = options;
  const name = (kind: string, key: string): string =>
    createHmac('sha256', secret).update(`${kind}:${key}`).digest('hex').slice(0, 32);
  const due = (seconds = 0): Date => new Date(clock.now().getTime() + seconds * second);
  const says = (charge: SandboxCharge, seconds = 0) => ({ body: chargeMessage(charge), dueAt: due(seconds) });
  const moveOf = (
    charge: SandboxCharge,
    { kind, key, amount }: { readonly kind: SandboxMove['kind']; readonly key: string; readonly amount: bigint },
    state: SandboxMove['state'] = 'succeeded',
  ): SandboxMove => ({
    id: kind === 'capture' ? captureId(charge.id, charge.captured + amount) : `${kind}_${name(kind, key)}`,
    chargeId: charge.id,
    ...{ kind, key, state },
    amount: { amount, currency: charge.amount.currency },
    at: clock.now(),
  });

  /** The charge once its buyer's bank has agreed, and what moved by that. */
  function paid(charge: SandboxCharge): Pick<SandboxPlan, 'charge' | 'moves'> {
    if (charge.captureMode === 'manual') return { charge: { ...charge, state: 'authorised' }, moves: [] };
    const captured = charge.amount.amount;
    return {
      charge: { ...charge, state: 'captured', captured },
      moves: [moveOf(charge, { kind: 'capture', key: charge.id, amount: captured })],
    };
  }
  const declined = (charge: SandboxCharge): SandboxCharge => ({
    ...charge,
    state: 'declined',
    declineCode: 'insufficient-funds',
  });

  function planOf(charge: SandboxCharge): SandboxPlan {
    const success = paid(charge);
    const told = says(success.charge);
    switch (charge.behaviour) {
      case 'ok':
      case 'refund-fails':
      case 'refund-timeout':
        return { ...success, events: [told] };
      case 'duplicate':
        return { ...success, events: [told, told, told] };
      case 'timeout':
        return { ...success, events: [says(success.charge, 60)] };
      case 'delayed':
        return { ...success, events: [says(success.charge, 30)] };
      case 'reordered':
        return { ...success, events: [told, says({ ...charge, state: 'processing' }, 1)] };
      case 'lost':
        return { ...success, events: [] };
      case 'wrong-amount': {
        const wrong = paid({ ...charge, amount: { ...charge.amount, amount: charge.amount.amount + 1n } });
        return { ...wrong, events: [says(wrong.charge)] };
      }
      case 'decline':
        return { charge: declined(charge), moves: [], events: [says(declined(charge))] };
      case 'challenge':
      case 'page':
        return { charge, moves: [], events: [] };
    }
  }

  async function move(
    { providerRef, reference, key }: MovePayment,
    kind: SandboxMove['kind'],
    { signal }: CallOptions,
    decide: (charge: SandboxCharge) => SandboxPlan | undefined,
  ): Promise<PaymentOutcome> {
    if (signal.aborted) return notMade;
    const chargeId = providerRef ?? (await books.find({ reference }))?.id;
    if (chargeId === undefined) return refused('no-such-charge');
    const done = await books.move({ chargeId, kind, key }, decide);
    if (done === undefined) return refused(`${kind}-not-possible`);
    if (done.kind === 'refund') {
      const behaviour = (await books.find({ id: chargeId }))?.behaviour;
      if (behaviour === 'refund-timeout')
        return { outcome: 'unknown', detail: 'the sandbox was told to lose this answer' };
      if (behaviour === 'refund-fails') return { outcome: 'pending', providerRef: done.id };
    }
    return { outcome: 'succeeded', providerRef: kind === 'refund' ? done.id : chargeId };
  }

  return {
    name: 'sandbox',
    capabilities: { partialCapture: 'often', refundDays: 365, keySeconds: 86_400, processingSeconds: 60 },
    async startPayment(command, { signal }) {
      if (signal.aborted) return notMade;
      const behaviour = behaviourOf(command);
      if (behaviour === undefined) return refused('unknown-method');
      const charge = await books.charge(
        command.attemptId,
        planOf(openCharge(command, `sbx_${name('charge', command.attemptId)}`, behaviour)),
      );
      const url = `${payPage}#${charge.id}`;
      const providerRef = charge.id;
      switch (behaviour) {
        case 'timeout':
          return { outcome: 'unknown', detail: 'the sandbox was told to lose this answer' };
        case 'delayed':
        case 'reordered':
        case 'lost':
        case 'wrong-amount':
          return { outcome: 'pending', providerRef };
        case 'decline':
          return { ...refused('insufficient-funds'), providerRef };
        case 'challenge':
          return {
            outcome: 'requires_action',
            providerRef,
            action: { kind: 'challenge', url, fields: { charge: charge.id } },
          };
        case 'page':
          return { outcome: 'requires_action', providerRef, action: { kind: 'redirect', url } };
        case 'ok':
        case 'duplicate':
        case 'refund-fails':
        case 'refund-timeout':
          return { outcome: 'succeeded', payment: paymentOf(charge) };
      }
    },
    capture: (command, call) =>
      move(command, 'capture', call, (charge) => {
        const captured = charge.captured + command.amount.amount;
        if (charge.state !== 'authorised' || captured > charge.amount.amount) return undefined;
        const whole = command.releaseRest || captured === charge.amount.amount;
        const after: SandboxCharge = { ...charge, captured, state: whole ? 'captured' : 'authorised' };
        const own = moveOf(charge, { kind: 'capture', key: command.key, amount: command.amount.amount });
        return { charge: after, moves: [own], events: [says(after)] };
      }),
    void: (command, call) =>
      move(command, 'void', call, (charge) => {
        if (charge.state === 'captured' || charge.state === 'declined') return undefined;
        const after: SandboxCharge = { ...charge, state: charge.captured > 0n ? 'captured' : 'voided' };
        const own = moveOf(charge, { kind: 'void', key: command.key, amount: charge.amount.amount - charge.captured });
        return { charge: after, moves: [own], events: [says(after)] };
      }),
    refund: (command, call) =>
      move(command, 'refund', call, (charge) => {
        const refunded = charge.refunded + command.amount.amount;
        if (refunded > charge.captured) return undefined;
        const fails = charge.behaviour === 'refund-fails';
        const own = moveOf(
          charge,
          { kind: 'refund', key: command.key, amount: command.amount.amount },
          fails ? 'failed' : 'succeeded',
        );
        const after = fails ? charge : { ...charge, refunded };
        const late = charge.behaviour === 'refund-timeout' ? 60 : 0;
        return {
          charge: after,
          moves: [own],
          events: [{ body: refundMessage(after, own, own.state), dueAt: due(late) }],
        };
      }),
    async fetch({ reference, providerRef }) {
      const charge = await books.find(providerRef === undefined ? { reference } : { id: providerRef });
      return charge === undefined ? { outcome: 'not_found' } : { outcome: 'found', payment: paymentOf(charge) };
    },
    async list({ from, until, cursor }) {
      const moves = await books.list({ from, until, after: cursor, limit: PAGE });
      const transactions = moves.flatMap(({ id, kind, chargeId: providerRef, reference, amount, at }) =>
        kind === 'void' ? [] : [{ operation: kind, transactionId: id, providerRef, reference, amount, at }],
      );
      return { outcome: 'listed', transactions, cursor: moves.length < PAGE ? undefined : moves.at(-1)?.id };
    },
    parseWebhook({ signature, raw, at }) {
      const fault = faultOfTimestamped(signature ?? '', { secrets: [secret], raw, at });
      if (fault !== undefined) return { verdict: 'rejected', reason: fault };
      const head = headOf(raw);
      if (head === undefined) return { verdict: 'rejected', reason: 'unreadable' };
      return { verdict: 'verified', dedupeKey: head.id, kind: head.type, stored: raw };
    },
    readMessage: ({ stored }) => readSandboxMessage(stored),
    acknowledge: () => ({ status: 200, body: { received: true } }),

    show: (id) => books.find({ id }),
    async decide(chargeId, decision) {
      let effective = false;
      const charge = await books.change(chargeId, (open) => {
        effective = open.state === 'open';
        if (!effective) return undefined;
        if (decision === 'decline') return { charge: declined(open), moves: [], events: [says(declined(open))] };
        const success = paid(open);
        return { ...success, events: [says(success.charge)] };
      });
      return charge && { charge, effective };
    },
    sign: (body, at) => signTimestamped(secret, body, at),
  };
}

const notMade = { outcome: 'declined', code: 'aborted', detail: 'not begun', retryable: true } as const;

function refused(code: string) {
  return { outcome: 'declined', code, detail: 'The sandbox refuses this.', retryable: false } as const;
}

function behaviourOf({ methodToken }: StartPayment): SandboxBehaviour | undefined {
  if (methodToken === undefined) return 'page';
  return sandboxBehaviours.find((known) => methodToken === `sandbox-${known}`);
}

function openCharge(command: StartPayment, id: string, behaviour: SandboxBehaviour): SandboxCharge {
  const { attemptId: reference, amount, captureMode, description } = command;
  return {
    id,
    reference,
    amount,
    captureMode,
    behaviour,
    state: 'open',
    captured: 0n,
    refunded: 0n,
    declineCode: null,
    description,
  };
}
