import { defineJob } from '../../jobs/queue.ts';

export const expireReservationsJob = defineJob<Record<string, never>>('expireReservations');
