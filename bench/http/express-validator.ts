/** Express 5 with express-openapi-validator: requests and answers held against the same document. */
import express from 'express';
import { middleware } from 'express-openapi-validator';

import { announce } from './peer.ts';
import { answerSchema, bodySchema, place } from './shape.ts';
import type { Order } from './shape.ts';

const apiSpec = {
  openapi: '3.1.0' as const,
  info: { title: 'The request of the benchmark', version: '1.0.0' },
  paths: {
    '/shops/{shopId}/orders': {
      post: {
        parameters: [
          { name: 'shopId', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
          { name: 'channel', in: 'query', schema: { type: 'string', enum: ['web', 'app'] } },
        ],
        requestBody: { required: true, content: { 'application/json': { schema: bodySchema } } },
        responses: {
          '201': { description: 'Placed.', content: { 'application/json': { schema: answerSchema } } },
        },
      },
    },
  },
};

const app = express();
app.use(express.json());
app.use(middleware({ apiSpec: apiSpec as never, validateRequests: true, validateResponses: true }));
app.post('/shops/:shopId/orders', (req, res) => {
  res.status(201).json(place(req.params.shopId, req.body as Order));
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('there is no port');
  announce(`http://127.0.0.1:${address.port}`);
});
