import pg from 'pg';

/** What the generated catalog is made of; questions are made of the same. */
export const words = {
  materials: ['cotton', 'linen', 'wool', 'silk', 'denim', 'leather', 'hemp', 'fleece'],
  colours: ['red', 'green', 'blue', 'black', 'white', 'grey', 'brown', 'pink', 'navy', 'olive', 'teal', 'sand'],
  nouns: [
    ...['shirt', 'jacket', 'trousers', 'dress', 'skirt', 'coat', 'scarf', 'glove', 'boot', 'sandal', 'hat', 'belt'],
    ...[
      'blanket',
      'pillow',
      'curtain',
      'towel',
      'carpet',
      'bag',
      'wallet',
      'backpack',
      'tent',
      'hammock',
      'robe',
      'sock',
    ],
  ],
  /** `maker-0` … */
  makers: 300,
  /** `series0` …: one word in some 40 names each. */
  series: 6_000,
};

const typeId = '00000000-0000-7000-8000-000000000001';
const VARIANTS = 4;
const BATCH = 5_000;

/**
 * Fills the catalog with so many variants, four to a product, as its own use cases would have. The indexes of the search and of
 * the prices' times are made at the end: kept meanwhile, they would take ten times as long.
 */
export async function generate(databaseUrl: string, variants: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const products = variants / VARIANTS;
  try {
    const present = await client.query<{ n: string }>('select count(*) as n from catalog.variants');
    if (Number(present.rows[0]?.n) === variants) return;
    const began = performance.now();
    const choice = (key: string, choices: readonly string[]) => ({
      ...{ key, kind: 'choice', label: key, required: true, facet: true, choices },
    });
    const makers = Array.from({ length: words.makers }, (_, n) => `maker-${n}`);
    const attributes = [choice('material', words.materials), choice('colour', words.colours), choice('maker', makers)];
    await client.query(
      `insert into catalog.product_types (id, code, name, attributes, created_at, updated_at)
       values ($1, 'bench', 'Bench', $2, now(), now())`,
      [typeId, JSON.stringify(attributes)],
    );
    await client.query('drop index catalog.search_rows_doc');
    await client.query('alter table catalog.prices drop constraint prices_do_not_overlap');
    await client.query('create index bench_prices on catalog.prices (variant_id)');
    for (let from = 0; from < products; from += BATCH) {
      await client.query(productText, [from, Math.min(BATCH, products - from), typeId, ...lists()]);
      await client.query(variantText, [from, Math.min(BATCH, products - from)]);
      await client.query(priceText, [from, Math.min(BATCH, products - from)]);
      await client.query(indexText, [from, Math.min(BATCH, products - from)]);
    }
    await client.query('create index search_rows_doc on catalog.search_rows using gin (doc) with (fastupdate = off)');
    await client.query('drop index catalog.bench_prices');
    await client.query(
      `alter table catalog.prices add constraint prices_do_not_overlap
         exclude using gist (variant_id with =, currency with =, channel with =, valid with &&)`,
    );
    await client.query('vacuum analyze');
    console.log(
      `Made ${variants.toLocaleString('en')} variants in ${Math.round((performance.now() - began) / 1000)} s.`,
    );
  } finally {
    await client.end();
  }
}

const lists = () => [words.materials, words.colours, words.nouns, words.makers, words.series];

// Always the same catalog: everything follows from the number of the product.
const productId = `('00000000-0000-7000-8001-' || lpad(to_hex(n), 12, '0'))::uuid`;
const variantId = `('00000000-0000-7000-8002-' || lpad(to_hex(n * 4 + k), 12, '0'))::uuid`;
const pick = (list: string, salt: number) =>
  `(${list}::text[])[1 + (hashint8extended(n, ${salt}) & 2147483647) % cardinality(${list}::text[])]`;
const number = (count: string, salt: number) => `(hashint8extended(n, ${salt}) & 2147483647) % ${count}::int`;

const productText = `insert into catalog.products (id, slug, product_type_id, translations, attributes, options, images, tax_class,
    published_from, created_at, updated_at)
  select ${productId}, 'product-' || n, $3::uuid,
    jsonb_build_array(jsonb_build_object('locale', 'en', 'name', initcap(made.material) || ' ' || made.noun || ' series' || made.series,
      'description', 'A ' || made.colour || ' ' || made.noun || ' for every day.')),
    jsonb_build_object('material', jsonb_build_array(made.material), 'colour', jsonb_build_array(made.colour),
      'maker', jsonb_build_array('maker-' || made.maker)),
    '[{"key": "size", "label": "Size", "values": ["s", "m", "l", "xl"]}]', '[]', 'standard',
    timestamptz '2026-01-01' + n * interval '1 second', timestamptz '2026-01-01' + n * interval '1 second', now()
  from generate_series($1::bigint, $1::bigint + $2::int - 1) n
  cross join lateral (select ${pick('$4', 1)} as material, ${pick('$5', 2)} as colour, ${pick('$6', 3)} as noun,
    ${number('$7', 4)} as maker, ${number('$8', 5)} as series) made`;
const variantText = `insert into catalog.variants (id, product_id, sku, options, created_at, updated_at)
  select ${variantId}, ${productId}, 'SKU-' || (n * 4 + k), jsonb_build_object('size', (array['s', 'm', 'l', 'xl'])[k + 1]), now(), now()
  from generate_series($1::bigint, $1::bigint + $2::int - 1) n, generate_series(0, 3) k`;
const priceText = `insert into catalog.prices (variant_id, currency, channel, valid, amount_minor)
  select ${variantId}, 'EUR', 'web', tstzrange(null, null), 500 + ${number('20000', 6)} + k * 50
  from generate_series($1::bigint, $1::bigint + $2::int - 1) n, generate_series(0, 3) k`;
const indexText = `select catalog.index_products(array_agg(${productId}))
  from generate_series($1::bigint, $1::bigint + $2::int - 1) n`;
