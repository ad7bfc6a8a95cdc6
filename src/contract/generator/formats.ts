// Checks the calendar, not only the shape: 31 February must be a 400 here, else PostgreSQL makes it a 500.
const date =
  '(?!0000)(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)' +
  '|02-(?:0[1-9]|1\\d|2[0-8]))|(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)';
// No leap second: PostgreSQL would shift it into the next minute. No offset of 16 hours and more: it would refuse that.
const time = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?(?:Z|[+-](?:0\\d|1[0-5]):[0-5]\\d)';
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";

/**
 * The closed list of formats of strings. Regular expressions, because Ajv prints those as literals: the validators then
 * depend on nothing. Linear on every input: no nested repetition over overlapping classes.
 */
export const stringFormats: Readonly<Record<string, RegExp>> = {
  date: new RegExp(`^${date}$`),
  'date-time': new RegExp(`^${date}T${time}$`),
  uuid: /^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$/,
  email: new RegExp(`^(?=.{1,64}@)${atom}(?:\\.${atom})*@${label}(?:\\.${label})+$`),
  uri: /^[A-Za-z][A-Za-z0-9+.-]*:[!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]+$/,
  'uri-reference': /^[!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]*$/,
};

/** Formats that tell readers and generators something but check nothing by themselves. */
export const annotationFormats: readonly string[] = ['int32', 'int64', 'double', 'password', 'binary'];
