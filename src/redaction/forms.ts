/**
 * Secrets that are known by their form: tokens with a prefix of their issuer, credentials in URLs and headers, and
 * whatever stands behind a name that tells.
 */
import { isOrdinary, isSecretLabel, NAMELESS, variableOf } from './names.js';

/** A secret in a text: its place, and the variable that stands for it. */
export type Span = { start: number; end: number; name: string };

/**
 * A form. `before` ends where `value` is tried, which is the secret as a whole or in its group. `name` gives the variable
 * for the word that precedes both, or undefined if it is no secret after all; without it the secret has no name.
 */
type Form = {
  /** A cheap test that all texts with this form pass. */
  hint: RegExp;
  before: RegExp;
  value: RegExp;
  name?: (word: string) => string | undefined;
};

/** The longest value, in characters, and the longest name. They keep hostile texts from costing their square. */
const MAX_VALUE = 8000;
const MAX_NAME = 120;

const urlPassword = (): string => 'URL_PASSWORD';

/** What looks like code, not like a value: a call, a member, a constant. */
const CODE = /^(?:[\w.]{1,200}\(|(?:self|this|std|os|process|env)[.:]|nullptr\b|-?\d{1,3}[;,)\]]?$)/;

/** What all names that tell have in them. */
const TRIGGER = /pass|secret|token|key|auth|cookie|cred|pw|pat|psk|jwt|sig|dsn|otp|bearer/i;

/** The variable for a name as it is written: `--db-password`, `apiKey`, `-DPW`. */
const labelled = (word: string): string | undefined => {
  if (!TRIGGER.test(word)) return undefined;
  const name = /[A-Za-z_].*/s.exec(word.replace(/^-D/, ''))?.[0];
  return name !== undefined && isSecretLabel(name) ? variableOf(name) : undefined;
};

/** The variable for a header. */
const header = (word: string): string | undefined =>
  /(?:key|token|secret|auth|password)$/i.test(word) ? variableOf(word) : undefined;

const FORMS: readonly Form[] = [
  // `scheme://user:password@host`. Unescaped slashes are taken for the password's unless a port precedes them.
  {
    hint: /:\/\//,
    before: /:\/\/[^\s/?#@:"'<>]*:/g,
    value: /^(?:[^\s/?#"'<>]{1,300}(?=@)|(?!\d{1,5}[/?#])[^\s"'<>]{1,300}(?=@))/,
    name: urlPassword,
  },
  // `scheme://token@host`
  { hint: /:\/\//, before: /:\/\//g, value: /^[^\s/?#@:"'<>]{20,300}(?=@)/, name: urlPassword },
  // `Authorization: Bearer …`, to the end of the line or of the quotation
  {
    hint: /authorization/i,
    before:
      /authorization\\?["']?\s{0,2}[:=]\s{0,2}\\?["']?(?:(?:basic|bearer|token|digest|negotiate|apikey)\s{1,4})?/gi,
    value: /^[^\s"'\\][^\r\n"'\\]*/,
  },
  { hint: /bearer/i, before: /\bbearer\s{1,4}/gi, value: /^[\w.~+/-]{16,}={0,3}/ },
  { hint: /cookie/i, before: /cookie\\?["']?:\s{1,2}\\?["']?/gi, value: /^[\w.-]{1,100}=[^\r\n"'\\]+/ },
  // `X-Api-Key: …`
  {
    hint: /\bx-/i,
    before: /\bx-[a-z0-9-]*/gi,
    value: /^\\?["']?\s{0,2}:\s{0,2}\\?["']?([^\s"'\\]+)/,
    name: header,
  },
  // `Private-Token: …`, `DD-API-KEY: …`
  {
    hint: /-(?:key|token|secret|password):\s/i,
    before: /(?=:\s)/g,
    value: /^:\s{1,2}\\?["']?([^\s"'\\]{6,})/,
    name: (word) => (/-(?:key|token|secret|password)$/i.test(word) ? labelled(word) : undefined),
  },
  // `<password>value</password>`
  { hint: TRIGGER, before: /(?=>)/g, value: /^>([^\s<>][^<>\n]*)(?=<\/)/, name: labelled },
  // `password: |` and the value in the next line, as in YAML
  {
    hint: /:\s[|>]/,
    before: /(?=:\s{1,3}[|>])/g,
    value: /^:\s{1,3}[|>][-+]?\n\s{1,20}([^\n]+)/,
    name: labelled,
  },
  { hint: /jdbc:oracle/i, before: /jdbc:oracle:\w{1,10}:\w{1,60}\//gi, value: /^[^\s@"'<>]{1,200}(?=@)/ },
  { hint: /sshpass/, before: /\bsshpass\s{1,3}-p/g, value: /^\s{0,3}["']?([^\s"']+)/ },
  // A line of an environment: the value may hold blanks.
  {
    hint: /^(?:export |declare -x )?[A-Z]\w{0,80}=/m,
    before: /^(?:export |declare -x )?[A-Z]\w{0,80}(?==)/gm,
    value: /^=([^\n]+)/,
    name: labelled,
  },
  // `"name": "value"`, `name = 'value'`, `'name' => 'value'`
  {
    hint: TRIGGER,
    before: /(?=\\?["']?\s{0,2}[:=])/g,
    value: /^\\?["']?\s{0,2}(?::=|=>?|:(?!:))\s{0,3}\\?["'`]([^"'`\n\\]+)/,
    name: labelled,
  },
  // `name=value`, `-Dname=value`, `--name=value`, `-DNAME:STRING=value`, `?name=value&`
  {
    hint: TRIGGER,
    before: /(?=[:=])/g,
    value: /^(?::[A-Z]{1,12})?(?::=|=(?![=>~]))([^\s"'`<>\\]+)/,
    name: labelled,
  },
  // `?sig=value`
  { hint: /[?&]s/i, before: /[?&](?:sig|signature)=/gi, value: /^[^&\s"'<>]{8,}/ },
  // `password: value`
  {
    hint: /pass|secret|key|token/i,
    before:
      /(?:passw(?:or)?d|passphrase|passcode|secret|(?:api|access)[_-]?key|(?:auth|access|refresh)[_-]?token)(?=\s{0,2}:)/gi,
    value: /^\s{0,2}:(?!:)\s{1,3}([^\s"'`<>,;\\]{4,})/,
    name: labelled,
  },
  // `--password value`, `"--password", "value"`
  {
    hint: TRIGGER,
    before: /(?<![\w-])-{1,2}[a-z][\w-]*/gi,
    value: /^["']?[\s,]{1,4}["']?(-?[^\s"'-][^\s"']*)/,
    name: labelled,
  },
  // `curl -u user:password`
  {
    hint: /-u|-user/,
    before: /(?<![\w-])(?:-u|--user|--proxy-user)[\s=]{1,3}/g,
    value: /^["']?[^\s:"']{1,100}:(?!:|\d{1,6}(?:\s|$))([^\s"']+)/,
  },
  // `machine host login user password value`, as in .netrc
  { hint: /\blogin\s/, before: /\blogin\s{1,3}/g, value: /^\S{1,200}\s{1,3}password\s{1,3}(\S+)/ },
  { hint: /identified\s/i, before: /identified\s{1,3}by\s{1,3}["']/gi, value: /^[^"'\n]+/ },
  // Addresses that are themselves the permission to post there.
  {
    hint: /slack/,
    before: /hooks\.slack\.com\/(?:services|workflows|triggers)\//g,
    value: /^[\w/-]{10,200}/,
  },
  { hint: /discord/, before: /discord(?:app)?\.com\/api\/webhooks\/\d{5,25}\//g, value: /^[\w-]{20,200}/ },
  // JSON web tokens
  {
    hint: /eyJ/,
    before: /(?<![\w-])(?=eyJ)/g,
    value: /^eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*){0,3}/,
  },
];

/** Tokens that begin as their issuer decided. `hint` is a cheap test that all texts with one of them pass. */
const TOKENS: readonly { hint: RegExp; pattern: RegExp }[] = [
  // Tokens of GitHub, GitLab, AWS, Slack, npm, PyPI
  {
    hint: /gh[opsur]_|github_pat_|gl[a-z]{2,6}-|A[A-Z]{2}A|xox|xapp-|npm_|pypi-/,
    pattern:
      /(?<![A-Za-z0-9])(?:gh[opsur]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|imt|ffct)-[\w.-]{16,255}|(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}(?![A-Za-z0-9])|xox[abceoprs]-[\w.-]{8,255}|xapp-[\w-]{10,255}|npm_[A-Za-z0-9]{30,255}|pypi-[\w-]{30,2000})/g,
  },
  // Google, Stripe, OpenAI, Anthropic, SendGrid, DigitalOcean, Hugging Face, Docker, Vault
  {
    hint: /AIza|ya29|[sr]k[_-]|whsec_|SG\.|do[opr]_v1|hf_|dckr_|hv[sbr]\./,
    pattern:
      /(?<![A-Za-z0-9])(?:AIza[\w-]{35}|ya29\.[\w-]{20,2000}|[sr]k_(?:live|test|prod)_\w{16,255}|whsec_\w{20,255}|sk-(?:ant-|proj-|svcacct-|or-)?(?:[a-z0-9]{1,10}-)?[A-Za-z0-9_]{20,255}[\w-]{0,255}|SG\.[\w-]{16,64}\.[\w-]{16,64}|do[opr]_v1_[a-f0-9]{32,128}|hf_[A-Za-z0-9]{30,64}|dckr_(?:pat|oat)_[\w-]{20,255}|hv[sbr]\.[\w-]{20,255})/g,
  },
  // Shopify, RubyGems, Linear, Atlassian, NuGet, crates.io, age, Telegram, New Relic, Pulumi, Grafana, Databricks, Postman
  {
    hint: /shp|rubygems_|lin_api_|ATATT3|ATCTT3|oy2|cio|AGE-SECRET|:AA|NRAK|pul-|gl(?:c|sa)_|dapi|PMAK-|tfp_|atlasv1/,
    pattern:
      /(?<![A-Za-z0-9])(?:shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|rubygems_[a-f0-9]{40,64}|lin_api_\w{30,64}|AT[AC]TT3[\w=-]{30,400}|oy2[a-z0-9]{43}(?![a-z0-9])|cio[A-Za-z0-9]{32}(?![A-Za-z0-9])|AGE-SECRET-KEY-1[A-Z0-9]{50,64}|\d{8,10}:AA[\w-]{33}|NRAK-[A-Z0-9]{27}|pul-[a-f0-9]{40}|gl(?:c|sa)_[\w=]{30,400}|dapi[a-f0-9]{32}|PMAK-[a-f0-9-]{40,80}|tfp_[\w-]{30,80}|\w{14}\.atlasv1\.[\w-]{60,80})/g,
  },
];

/** The same for other issuers, in groups of those that look alike. */
const MORE_TOKENS: typeof TOKENS = [
  // Sentry, Figma, Notion, Supabase, PlanetScale, Buildkite, CircleCI, Netlify, Replicate, Groq, Prefect, Shippo, Adafruit
  {
    hint: /sntr|figd_|ntn_|sbp_|pscale_|bkua_|CCIPAT_|nfp_|r8_|gsk_|pnu_|shippo_|aio_/,
    pattern:
      /(?<![A-Za-z0-9])(?:sntr(?:ys|yu)_[\w+/=]{40,400}|figd_[\w-]{30,60}|ntn_[A-Za-z0-9]{40,60}|sbp_[a-f0-9]{40}|pscale_(?:tkn|pw|oauth)_[\w=.-]{32,64}|bkua_[a-z0-9]{40}|CCIPAT_\w{30,120}|nfp_\w{30,60}|r8_\w{37,40}|gsk_\w{40,60}|pnu_\w{36}|shippo_(?:live|test)_[a-f0-9]{40}|aio_\w{28})/g,
  },
  // Mailgun, Square, Contentful, xAI, Perplexity, OAuth of Google, Brevo, EasyPost, Alibaba, Bitbucket, runners of GitLab
  {
    hint: /key-|sq0|CFPAT-|xai-|pplx-|GOCSPX-|xkeysib-|EZ[AT]K|LTAI|ATBB|GR1348941/,
    pattern:
      /(?<![A-Za-z0-9])(?:key-[a-f0-9]{32}|sq0(?:atp|csp)-[\w-]{22,64}|CFPAT-[\w-]{43}|xai-\w{60,100}|pplx-\w{40,60}|GOCSPX-[\w-]{28}|xkeysib-[a-f0-9]{64}-\w{16}|EZ[AT]K[A-Za-z0-9]{54}|LTAI[A-Za-z0-9]{16,24}|ATBB[A-Za-z0-9]{32}|GR1348941[\w-]{20})/g,
  },
  // Azure's directory, Doppler, Dynatrace, Fly, Twilio, Mailchimp, refresh tokens of Google
  {
    hint: /Q~|dp\.|dt0c01|fm2_|SK[a-f0-9]|-us\d|1\/\/0/,
    pattern:
      /(?<![A-Za-z0-9])(?:\w{3}\dQ~[\w.~-]{31,34}|dp\.(?:pt|st|sa|ct)\.[A-Za-z0-9]{40,50}|dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}|fm2_[\w+/=,-]{60,2000}|SK[a-f0-9]{32}(?![a-f0-9])|[a-f0-9]{32}-us\d{1,2}|1\/\/0[\w-]{40,200})/g,
  },
  // Passwords as crypt(3) hashes them
  {
    hint: /\$(?:[1567y]|2[abxy]|apr1|argon2)/,
    pattern: /\$(?:[1567y]|2[abxy]|apr1|argon2(?:i|d|id))\$[\w./=,+$-]{20,255}/g,
  },
];

/** The longest private key, in characters: 16384 bits, with its lines broken and escaped. */
const MAX_KEY = 20_000;
const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = '-----END ';

/** Private keys in PEM. One whose end is missing reaches as far as a key can. */
const privateKeys = (text: string): Span[] => {
  const found: Span[] = [];
  KEY_BEGIN.lastIndex = 0;
  for (let m = KEY_BEGIN.exec(text); m; m = KEY_BEGIN.exec(text)) {
    const start = m.index + m[0].length;
    const key = text.slice(start, start + MAX_KEY);
    const length = key.includes(KEY_END) ? key.indexOf(KEY_END) : key.length;
    if (!isOrdinary(key.slice(0, length).trim()))
      found.push({ start, end: start + length, name: 'PRIVATE_KEY' });
    KEY_BEGIN.lastIndex = start + length;
  }
  return found;
};

const IN_A_NAME = /[\w.-]/;

/** The word that ends at a place. */
const wordBefore = (text: string, end: number): string => {
  let start = end;
  while (start > 0 && end - start < MAX_NAME && IN_A_NAME.test(text.charAt(start - 1))) start--;
  return text.slice(start, end);
};

/** A value without the punctuation after it. */
const withoutTrail = (value: string): string => {
  let end = value.length;
  while (end > 0 && ',;.)]}'.includes(value.charAt(end - 1))) end--;
  return value.slice(0, end);
};

const byLabel = (text: string, { before, value, name }: Form): Span[] => {
  const found: Span[] = [];
  // Names that do not tell are common, and may be values of what precedes them: only secrets are stepped over.
  before.lastIndex = 0;
  for (let m = before.exec(text); m; m = before.exec(text)) {
    const at = m.index + m[0].length;
    if (m[0] === '') before.lastIndex = at + 1;
    const variable = name ? name(wordBefore(text, at)) : NAMELESS;
    if (variable === undefined) continue;
    const [all = '', group] = value.exec(text.slice(at, at + MAX_VALUE)) ?? [];
    const secret = withoutTrail(group ?? all);
    if (secret === '' || isOrdinary(secret) || (name === labelled && CODE.test(secret))) continue;
    const start = at + all.length - (group ?? all).length;
    found.push({ start, end: start + secret.length, name: variable });
    before.lastIndex = Math.max(before.lastIndex, start + secret.length);
  }
  return found;
};

const ALL_TOKENS = [...TOKENS, ...MORE_TOKENS];

/** The secrets in a text that are known by their form, in no fixed order. They may overlap. */
export const secretsByForm = (text: string): Span[] => {
  const found = FORMS.flatMap((form) => (form.hint.test(text) ? byLabel(text, form) : []));
  for (const { hint, pattern } of ALL_TOKENS)
    if (hint.test(text))
      for (const m of text.matchAll(pattern)) {
        const secret = withoutTrail(m[0]);
        found.push({ start: m.index, end: m.index + secret.length, name: NAMELESS });
      }
  if (text.includes('PRIVATE KEY')) found.push(...privateKeys(text));
  return found;
};
