/**
 * The peer: Fastify 5, its own Ajv for parameters, query and body, and its serialiser from the answer's schema. Closed and
 * without coercion, as the contract is. `BENCH_LOG=true` adds its own request log.
 */
import fastify from 'fastify';

import { announce } from './peer.ts';
import { answerSchema, bodySchema, place } from './shape.ts';
import type { Order } from './shape.ts';

const app = fastify({
  logger: process.env['BENCH_LOG'] === 'true',
  ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
});
app.post<{ Params: { shopId: string }; Body: Order }>(
  '/shops/:shopId/orders',
  {
    schema: {
      params: {
        type: 'object',
        required: ['shopId'],
        properties: { shopId: { type: 'string', format: 'uuid', minLength: 36, maxLength: 36 } },
      },
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: { channel: { type: 'string', enum: ['web', 'app'] } },
      },
      body: bodySchema,
      response: { 201: answerSchema },
    },
  },
  (request, reply) => reply.code(201).send(place(request.params.shopId, request.body)),
);
announce(await app.listen({ port: 0, host: '127.0.0.1' }));
