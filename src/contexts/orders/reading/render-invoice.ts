import { escapeHtml } from '../../../shared/html.ts';
import { moneyText } from '../../../shared/money.ts';
import type { OrderAddress } from '../placing/address-store.ts';
import type { Order, PriceConversion } from '../stream/order.ts';

/**
 * The invoice of an order as a page that prints: only from what was written down when it was placed, so it never changes with the
 * catalog. Nothing in it is loaded from elsewhere.
 *
 * @param address null when the customer was erased
 */
export function renderInvoice(order: Order, address: OrderAddress | null): string {
  const { number, placedAt, lines, shipping, totals, currency, locale } = order;
  const amount = (value: number): string => `${moneyText({ amount: BigInt(value), currency })} ${currency}`;
  const rate = (basisPoints: number): string => `${moneyText({ amount: BigInt(basisPoints), currency: 'EUR' })} %`;
  const goods = lines.map(({ name, sku, quantity, unitPrice, conversion, discount, taxBasisPoints, tax, total }) =>
    row([
      `${name} (${sku})${conversion === undefined ? '' : `, ${convertedFrom(conversion)}`}`,
      String(quantity),
      amount(unitPrice),
      amount(discount),
      `${amount(tax)} (${rate(taxBasisPoints)})`,
      amount(total),
    ]),
  );
  const carriage = row([
    ...[shipping.name, '1', amount(shipping.price), amount(0)],
    ...[`${amount(shipping.tax)} (${rate(shipping.taxBasisPoints)})`, amount(shipping.price + shipping.tax)],
  ]);
  const heads = ['Article', 'Quantity', 'Price', 'Discount', 'Tax', 'Total'].map((head) => `<th>${head}</th>`).join('');
  return `<!doctype html>
<html lang="${escapeHtml(locale)}">
<head><meta charset="utf-8"><title>Invoice ${number}</title></head>
<body>
<h1>Invoice ${number}</h1>
<p>${escapeHtml(placedAt.slice(0, 10))}</p>
<address>${addressLines(address).map(escapeHtml).join('<br>')}</address>
<table>
<thead><tr>${heads}</tr></thead>
<tbody>
${[...goods, carriage].join('\n')}
</tbody>
</table>
<p>Goods ${amount(totals.subtotal)}, discount ${amount(totals.discount)}, shipping ${amount(totals.shipping)}, tax ${amount(totals.tax)}.</p>
<p><strong>Total ${amount(totals.total)}</strong></p>
</body>
</html>
`;
}

function convertedFrom({ price, rate, provider, asOf }: PriceConversion): string {
  const money = { amount: BigInt(price.amount), currency: price.currency };
  return `converted from ${moneyText(money)} ${price.currency} at ${rate} (${provider}, ${asOf})`;
}

function addressLines(known: OrderAddress | null): readonly string[] {
  if (known === null) return ['(erased)'];
  const { line1, line2, city, region, postalCode, country } = known.address;
  return [known.recipient, line1, line2, `${postalCode ?? ''} ${city}`.trim(), region, country].filter(
    (line): line is string => line !== null,
  );
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
}
