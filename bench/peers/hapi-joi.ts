/** Hapi as its documentation shows it: Joi for path, query, payload and answer. */
import Hapi from '@hapi/hapi';
import Joi from 'joi';

import { announce } from '../http/peer.ts';
import { place } from '../http/shape.ts';
import type { Order } from '../http/shape.ts';

const line = Joi.object({
  article: Joi.string()
    .max(40)
    .pattern(/^[A-Z0-9-]+$/)
    .required(),
  quantity: Joi.number().strict().integer().min(1).max(1000).required(),
  unitPrice: Joi.number().strict().integer().min(0).required(),
});
const fields = {
  customerId: Joi.string().length(36).required(),
  currency: Joi.string()
    .pattern(/^[A-Z]{3}$/)
    .required(),
  email: Joi.string().min(3).max(254).required(),
  phone: Joi.string()
    .pattern(/^\+[1-9][0-9]{6,14}$/)
    .required(),
  name: Joi.string().max(100).required(),
  street: Joi.string().max(200).required(),
  city: Joi.string().max(100).required(),
  postalCode: Joi.string().max(16).required(),
  country: Joi.string()
    .pattern(/^[A-Z]{2}$/)
    .required(),
  giftWrap: Joi.boolean().strict().required(),
  note: Joi.string().allow('').max(500).required(),
  lines: Joi.array().min(1).max(100).items(line).required(),
};
const orderCreate = Joi.object(fields);
const order = Joi.object({
  id: Joi.string().length(36).required(),
  total: Joi.number().integer().min(0).required(),
  ...fields,
});

const server = new Hapi.Server({ host: '127.0.0.1', port: 0 });
server.route({
  method: 'POST',
  path: '/shops/{shopId}/orders',
  handler: (request, h) => {
    const { shopId } = request.params as { readonly shopId: string };
    return h.response(place(shopId, request.payload as Order)).code(201);
  },
  options: {
    validate: {
      params: Joi.object({ shopId: Joi.string().guid().required() }),
      query: Joi.object({ channel: Joi.string().valid('web', 'app') }),
      payload: orderCreate,
    },
    response: { status: { 201: order } },
  },
});
await server.start();
announce(server.info.uri);
