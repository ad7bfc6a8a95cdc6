import { callerId } from '../../../contract/caller.ts';
import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { getStockLocation, listStockLevels, listStockLocations, listStockMovements } from './list-stock.ts';
import { recordStockAdjustment } from './record-stock-adjustment.ts';
import { recordStockTransfer } from './record-stock-transfer.ts';
import type { StockLevel, StockLocation, StockMovement } from './stock.ts';
import { insertStockLocation } from './stock-store.ts';

type InventoryOperation =
  | 'listStockLocations'
  | 'createStockLocation'
  | 'getStockLocation'
  | 'listStockLevels'
  | 'recordStockAdjustment'
  | 'recordStockTransfer'
  | 'listStockMovements';

/** How much there is where. */
export function createInventoryOperations(dependencies: CatalogDependencies): Handlers<InventoryOperation> {
  const { clock, publish } = dependencies;
  return {
    listStockLocations: async ({ query }) => {
      const page = await listStockLocations(dependencies, { limit: query.limit, cursor: query.cursor });
      return reply('listStockLocations', { status: 200, body: { ...page, items: page.items.map(locationBody) } });
    },
    createStockLocation: async ({ body }, { tx, id }) => {
      const location = { ...body, id: id('stock location'), createdAt: clock.now() };
      await insertStockLocation(tx, location);
      const headers = { Location: `/api/v1/stock-locations/${location.id}` };
      return reply('createStockLocation', { status: 201, headers, body: locationBody(location) });
    },
    getStockLocation: async ({ path }) => {
      const body = locationBody(await getStockLocation(dependencies, path));
      return reply('getStockLocation', { status: 200, body });
    },
    listStockLevels: async ({ query }) => {
      const { variantId, locationId, low = false, limit, cursor } = query;
      const page = await listStockLevels(dependencies, { variantId, locationId, low, limit, cursor });
      return reply('listStockLevels', { status: 200, body: { ...page, items: page.items.map(levelBody) } });
    },
    recordStockAdjustment: async ({ body }, { tx, id, principal, auditChanges }) => {
      const { note = null, releaseOrderIds = [], ...adjustment } = body;
      const movedBy = callerId(principal);
      const command = { ...adjustment, id: id('adjustment'), note, releaseOrderIds, movedBy };
      const after = await recordStockAdjustment({ tx, publish }, command);
      auditChanges({
        onHand: { from: after.onHand - body.delta, to: after.onHand },
        releasedOrders: { from: null, to: releaseOrderIds },
      });
      return reply('recordStockAdjustment', { status: 200, body: levelBody(after) });
    },
    recordStockTransfer: async ({ body }, { tx, id, principal, auditChanges }) => {
      const { note = null, ...transfer } = body;
      const command = { ...transfer, id: id('transfer'), note, movedBy: callerId(principal) };
      const { from, to } = await recordStockTransfer({ tx, publish }, command);
      auditChanges({
        from: { from: from.onHand + body.quantity, to: from.onHand },
        to: { from: to.onHand - body.quantity, to: to.onHand },
      });
      return reply('recordStockTransfer', { status: 200, body: { from: levelBody(from), to: levelBody(to) } });
    },
    listStockMovements: async ({ query }) => {
      const { variantId, locationId, limit, cursor } = query;
      const page = await listStockMovements(dependencies, { variantId, locationId, limit, cursor });
      return reply('listStockMovements', { status: 200, body: { ...page, items: page.items.map(movementBody) } });
    },
  };
}

function locationBody({ id, code, name, priority, createdAt }: StockLocation): Schema<'StockLocation'> {
  return { id, code, name, priority, createdAt: createdAt.toISOString() };
}

function levelBody({ onHand, reserved, lowStockAt, ...level }: StockLevel): Schema<'StockLevel'> {
  const available = onHand - reserved;
  return { ...level, onHand, reserved, available, lowStockAt, low: lowStockAt !== null && available <= lowStockAt };
}

function movementBody({ at, ...movement }: StockMovement): Schema<'StockMovement'> {
  const { id, variantId, locationId, delta, reason, note, refType, refId, movedBy } = movement;
  return { id, variantId, locationId, delta, reason, note, refType, refId, movedBy, at: at.toISOString() };
}
