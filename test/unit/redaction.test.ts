/** What is a secret, what stands in its place, and what is left alone. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { globSync } from 'tinyglobby';
import { afterAll, describe, expect, test } from 'vitest';
import { parseMatrix } from '../../src/config/matrix.js';
import { partsOf, reproOf, variablesOf, withEnvironment } from '../../src/execute/repro-command.js';
import { fingerprintBy } from '../../src/model/fingerprint.js';
import { redactFile } from '../../src/process/redact-file.js';
import { hideSecrets } from '../../src/redaction/diagnostic.js';
import { isSecretName } from '../../src/redaction/names.js';
import { BY_FORM, makeRedactor } from '../../src/redaction/redactor.js';
import { secretsIn, secretsOfEnv } from '../../src/redaction/secrets.js';
import { diagnostic, stack } from '../helpers/evidence.js';

/** A random-looking word. Tokens are put together here, so that no scanner takes this file for a leak. */
const word = (n: number, from = 'aZ3kQ9xW7bR2mN5cV8tY4uL6pD1sF0gH'): string => from.repeat(8).slice(0, n);

/** A text with a secret in it, and what is left of it. */
const FORMS: readonly [what: string, secret: string, text: (s: string) => string, left: string][] = [
  ['a token of GitHub', `ghp_${word(36)}`, (s) => `cloned with ${s}.`, 'cloned with $REDACTED.'],
  ['of a GitHub app', `ghs_${word(36)}`, (s) => `(${s})`, '($REDACTED)'],
  ['a fine-grained one', `github_pat_${word(22)}_${word(59)}`, (s) => `[${s}]`, '[$REDACTED]'],
  ['of GitLab', `glpat-${word(20)}`, (s) => `token ${s} expired`, 'token $REDACTED expired'],
  ['of AWS', `AKIA${word(16, 'ABCDEFGH23456789')}`, (s) => `id=${s}`, 'id=$REDACTED'],
  ['of Slack', `xoxb-123456789012-${word(24)}`, (s) => s, '$REDACTED'],
  [
    'a web hook of Slack',
    `T012345/B012345/${word(24)}`,
    (s) => `https://hooks.slack.com/services/${s}`,
    'https://hooks.slack.com/services/$REDACTED',
  ],
  ['of npm', `npm_${word(36)}`, (s) => `//registry/:_authToken=${s}`, '//registry/:_authToken=$_authToken'],
  ['of PyPI', `pypi-AgEIcHlwaS5vcmc${word(60)}`, (s) => `u ${s}`, 'u $REDACTED'],
  ['of Google', `AIza${word(35)}`, (s) => `?k=${s}`, '?k=$REDACTED'],
  ['of Stripe', `sk_live_${word(24)}`, (s) => `"${s}"`, '"$REDACTED"'],
  ['of OpenAI', `sk-proj-${word(40)}`, (s) => s, '$REDACTED'],
  ['of Hugging Face', `hf_${word(34)}`, (s) => s, '$REDACTED'],
  ['of crates.io', `cio${word(32)}`, (s) => s, '$REDACTED'],
  ['of NuGet', `oy2${word(43, 'abcdefgh2345')}`, (s) => s, '$REDACTED'],
  ['of Docker', `dckr_pat_${word(27)}`, (s) => s, '$REDACTED'],
  ['of a bot of Telegram', `123456789:AA${word(33)}`, (s) => s, '$REDACTED'],
  [
    'a JSON web token',
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${word(43)}`,
    (s) => `jwt ${s}!`,
    'jwt $REDACTED!',
  ],
  ['a password in a URL', 'hunter2', (s) => `postgres://bob:${s}@db/x`, 'postgres://bob:$URL_PASSWORD@db/x'],
  ['one with an @ in it', 'p@ss@word', (s) => `https://bob:${s}@h/x`, 'https://bob:$URL_PASSWORD@h/x'],
  ['one with a slash in it', 'ab/cd?e', (s) => `amqp://bob:${s}@h`, 'amqp://bob:$URL_PASSWORD@h'],
  ['one without a user', 'hunter2', (s) => `redis://:${s}@h:6379/0`, 'redis://:$URL_PASSWORD@h:6379/0'],
  ['a token as the user of a URL', word(24), (s) => `https://${s}@h/x.git`, 'https://$URL_PASSWORD@h/x.git'],
  ['a header', word(20), (s) => `Authorization: Bearer ${s}`, 'Authorization: Bearer $REDACTED'],
  [
    'in quotes',
    'Ym9iOmh1bnRlcjI=',
    (s) => `-H 'Authorization: Basic ${s}' x`,
    "-H 'Authorization: Basic $REDACTED' x",
  ],
  ['without a kind', word(20), (s) => `authorization: ${s}`, 'authorization: $REDACTED'],
  ['of an own kind', word(12), (s) => `X-Api-Key: ${s}`, 'X-Api-Key: $X_API_KEY'],
  ['a cookie', 'sid=a1b2c3d4e5; theme=x', (s) => `Cookie: ${s}`, 'Cookie: $REDACTED'],
  ['a bearer', word(24), (s) => `sent bearer ${s}`, 'sent bearer $REDACTED'],
  [
    'a line of an environment',
    'correct horse, battery',
    (s) => `A=1\nDB_PASSWORD=${s}\nB=2`,
    'A=1\nDB_PASSWORD=$DB_PASSWORD\nB=2',
  ],
  ['that a shell exports', 'a b', (s) => `export CI_TOKEN=${s}`, 'export CI_TOKEN=$CI_TOKEN'],
  ['a definition', 'abc', (s) => `cc -DPW=${s} -c x.c`, 'cc -DPW=$PW -c x.c'],
  ['with a type', 'abc', (s) => `cmake -DAPI_KEY:STRING=${s} .`, 'cmake -DAPI_KEY:STRING=$API_KEY .'],
  ['in quotes', 'a b', (s) => `-DDB_PASSWORD="${s}"`, '-DDB_PASSWORD="$DB_PASSWORD"'],
  ['an option', 'x', (s) => `login --password ${s} now`, 'login --password $PASSWORD now'],
  ['with an equals sign', 'x1', (s) => `login --api-key=${s} now`, 'login --api-key=$API_KEY now'],
  ['with one dash', 'x1', (s) => `login -token ${s} now`, 'login -token $TOKEN now'],
  ['as words of a list', 'x1', (s) => `["--password", "${s}"]`, '["--password", "$PASSWORD"]'],
  ['of curl', 'hunter2', (s) => `curl -u bob:${s} https://h`, 'curl -u bob:$REDACTED https://h'],
  ['in a query', 'a1b2', (s) => `/x?access_token=${s}`, '/x?access_token=$ACCESS_TOKEN'],
  ['a signed address', word(20), (s) => `/x?a=1&sig=${s}`, '/x?a=1&sig=$REDACTED'],
  [
    'JSON',
    'hunter2',
    (s) => `{"password": "${s}", "user": "bob"}`,
    '{"password": "$PASSWORD", "user": "bob"}',
  ],
  [
    'JSON in JSON',
    'hunter2',
    (s) => `{\\"clientSecret\\":\\"${s}\\"}`,
    '{\\"clientSecret\\":\\"$clientSecret\\"}',
  ],
  ['Python', 'hunter2', (s) => `{'api_key': '${s}'}`, "{'api_key': '$API_KEY'}"],
  ['YAML', 'hunter2', (s) => `password: ${s}`, 'password: $PASSWORD'],
  ['a connection string', 'hunter2', (s) => `Server=h;Uid=sa;Pwd=${s}`, 'Server=h;Uid=sa;Pwd=$Pwd'],
  [
    'a storage account',
    `${word(40)}==`,
    (s) => `AccountName=x;AccountKey=${s}`,
    'AccountName=x;AccountKey=$AccountKey',
  ],
  ['.netrc', 'hunter2', (s) => `machine h login bob password ${s}`, 'machine h login bob password $REDACTED'],
  [
    'SQL',
    'hunter2',
    (s) => `CREATE USER bob IDENTIFIED BY '${s}'`,
    "CREATE USER bob IDENTIFIED BY '$REDACTED'",
  ],
  ['a header of GitLab', word(20), (s) => `PRIVATE-TOKEN: ${s}`, 'PRIVATE-TOKEN: $PRIVATE_TOKEN'],
  ['a header for curl', word(32), (s) => `-H "DD-API-KEY: ${s}" x`, '-H "DD-API-KEY: $DD_API_KEY" x'],
  ['XML', 'hunter2', (s) => `<password>${s}</password>`, '<password>$PASSWORD</password>'],
  [
    'XML with a prefix',
    'hunter2',
    (s) => `<ns:clientSecret>${s}</ns:clientSecret>`,
    '<ns:clientSecret>$clientSecret</ns:clientSecret>',
  ],
  ['PHP', 'hunter2', (s) => `['password' => '${s}']`, "['password' => '$PASSWORD']"],
  ['Ruby', 'hunter2', (s) => `{ :api_key => "${s}" }`, '{ :api_key => "$API_KEY" }'],
  [
    'a block of YAML',
    'correct horse',
    (s) => `password: |\n  ${s}\nuser: bob`,
    'password: |\n  $PASSWORD\nuser: bob',
  ],
  [
    'Oracle',
    'tiger',
    (s) => `jdbc:oracle:thin:scott/${s}@//h:1521/x`,
    'jdbc:oracle:thin:scott/$REDACTED@//h:1521/x',
  ],
  ['sshpass', 'hunter2', (s) => `sshpass -p ${s} ssh bob@h`, 'sshpass -p $REDACTED ssh bob@h'],
  ['without a blank', 'hunter2', (s) => `sshpass -p'${s}' ssh bob@h`, "sshpass -p'$REDACTED' ssh bob@h"],
  [
    'a signature of AWS',
    word(64, '0123456789abcdef'),
    (s) => `?X-Amz-Signature=${s}`,
    '?X-Amz-Signature=$X_AMZ_SIGNATURE',
  ],
  ['of Azure', `a1B2Q~${word(33)}`, (s) => `is ${s}`, 'is $REDACTED'],
  ['of Twilio', `SK${word(32, '0123456789abcdef')}`, (s) => s, '$REDACTED'],
  ['of Mailchimp', `${word(32, '0123456789abcdef')}-us12`, (s) => s, '$REDACTED'],
  ['of Mailgun', `key-${word(32, '0123456789abcdef')}`, (s) => s, '$REDACTED'],
  ['of Square', `sq0csp-${word(43)}`, (s) => s, '$REDACTED'],
  ['of Sentry', `sntrys_${word(60)}`, (s) => s, '$REDACTED'],
  ['of Figma', `figd_${word(40)}`, (s) => s, '$REDACTED'],
  ['of Notion', `ntn_${word(46)}`, (s) => s, '$REDACTED'],
  ['of Supabase', `sbp_${word(40, '0123456789abcdef')}`, (s) => s, '$REDACTED'],
  ['of PlanetScale', `pscale_tkn_${word(43)}`, (s) => s, '$REDACTED'],
  ['of Buildkite', `bkua_${word(40, 'abc123')}`, (s) => s, '$REDACTED'],
  ['of CircleCI', `CCIPAT_${word(22)}_${word(40)}`, (s) => s, '$REDACTED'],
  ['of Netlify', `nfp_${word(36)}`, (s) => s, '$REDACTED'],
  ['of Replicate', `r8_${word(37)}`, (s) => s, '$REDACTED'],
  ['of Groq', `gsk_${word(52)}`, (s) => s, '$REDACTED'],
  ['of xAI', `xai-${word(80)}`, (s) => s, '$REDACTED'],
  ['of OAuth at Google', `GOCSPX-${word(28)}`, (s) => s, '$REDACTED'],
  ['that refreshes one', `1//0${word(60)}`, (s) => s, '$REDACTED'],
  ['of Brevo', `xkeysib-${word(64, '0123456789abcdef')}-${word(16)}`, (s) => s, '$REDACTED'],
  ['of Alibaba', `LTAI${word(20)}`, (s) => s, '$REDACTED'],
  ['of Bitbucket', `ATBB${word(32)}`, (s) => s, '$REDACTED'],
  ['of a runner of GitLab', `GR1348941${word(20)}`, (s) => s, '$REDACTED'],
  ['of Doppler', `dp.pt.${word(43)}`, (s) => s, '$REDACTED'],
  ['of Dynatrace', `dt0c01.${word(24, 'ABC234')}.${word(64, 'ABCDEFGH234567')}`, (s) => s, '$REDACTED'],
  ['of Fly', `fm2_${word(80)}`, (s) => `FlyV1 ${s}`, 'FlyV1 $REDACTED'],
  ['a hashed password', `$6$salt$${word(86)}`, (s) => `bob:${s}:19000`, 'bob:$REDACTED:19000'],
  ['by bcrypt', `$2b$12$${word(53)}`, (s) => s, '$REDACTED'],
  ['by Argon2', `$argon2id$v=19$m=65536,t=3,p=4$${word(22)}$${word(43)}`, (s) => s, '$REDACTED'],
  [
    'a private key',
    `\nProc-Type: 4,ENCRYPTED\n${word(64)}\n${word(30)}=\n`,
    (s) => `-----BEGIN RSA PRIVATE KEY-----${s}-----END RSA PRIVATE KEY-----\nx`,
    '-----BEGIN RSA PRIVATE KEY-----$PRIVATE_KEY-----END RSA PRIVATE KEY-----\nx',
  ],
  [
    'one that is cut',
    `\n${word(64)}\n`,
    (s) => `-----BEGIN PRIVATE KEY-----${s}`,
    '-----BEGIN PRIVATE KEY-----$PRIVATE_KEY',
  ],
];

describe('by its form', () => {
  test.each(FORMS)('%s is taken out: %#', (_what, secret, text, left) => {
    expect(BY_FORM.text(text(secret))).toBe(left);
    // Nothing is left to take out of what is left.
    expect(BY_FORM.text(left)).toBe(left);
  });
});

describe('what is no secret stays', () => {
  test.each([
    'AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55d3',
    'TOKENIZERS_PARALLELISM=false',
    'PWD=/home/bob/src',
    'GPG_KEY_FILE=/home/bob/key.asc',
    'tests passed: 12, failed: 0',
    '#8 0x00007fd1 in __GI_raise (sig=sig@entry=6) at raise.c:26',
    'char *key = hash(token);',
    'if (password == NULL || key==0) return;',
    'sorted(xs, key=len)',
    'KeyError: "name"',
    'Token::parse(std::string const&)',
    'unexpected token: ident',
    'http://host:8080/path?mail=a@b.c',
    'ssh://git@github.com/x/y.git',
    'bob@example.org, alice@example.org',
    'for key, value in pairs: print(key, value)',
    'docker run -u 1000:1000 image',
    'sk-learn and disk-usage-of-a-very-long-name',
    'a basic implementation of a bearer bond',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    '"token" : "0x6000010"',
    'AKIAH, eyJ, ghp_ and npm_ are prefixes',
    'std::map<std::string, api_key> keys; </code>',
    '<token>\n  <kind>ident</kind>\n</token>',
    'sort-key: name, partition-key: id',
    'awk prints $1$2 and $6 of /etc/passwd',
    'a gsk_ and a key-value pair of 0123456789abcdef0123456789abcdef',
    '{ :key => x, token => y }',
    '$DB_PASSWORD ${API_KEY} --password "$PASSWORD"',
  ])('%s', (text) => expect(BY_FORM.text(text)).toBe(text));

  test('in any log that checkers printed, and in our own documents', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const files = globSync(
      ['test/logs/**', 'docs/hazards/**', 'docs/lanes.md', 'native-fixtures/**/*.{c,h,py,go,rs,java,cs,js}'],
      { cwd: root, absolute: true },
    );
    expect(files.length).toBeGreaterThan(200);
    for (const file of files) {
      const text = readFileSync(file, 'latin1');
      expect(BY_FORM.text(text) === text, file).toBe(true);
    }
  });
});

describe('by its value', () => {
  const of = (env: Record<string, string>) => makeRedactor(secretsOfEnv(env));
  const VALUE = 'S3cr€t "va<l>ue"/it\'s&+ x';
  const redactor = of({ DB_PASSWORD: VALUE });

  test.each<[string, string]>([
    ['as it is', VALUE],
    ['within a word', `x${VALUE}y`],
    ['in JSON', JSON.stringify({ a: VALUE })],
    ['in a URL', `q=${encodeURIComponent(VALUE)}&b`],
    ['in a form', `q=${encodeURIComponent(VALUE).replaceAll('%20', '+')}`],
    ['in lower-case escapes', encodeURIComponent(VALUE).replace(/%[0-9A-F]{2}/g, (c) => c.toLowerCase())],
    [
      'in XML',
      VALUE.replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;'),
    ],
    ['in a shell', VALUE.replaceAll("'", `'\\''`)],
    ['in base64', Buffer.from(VALUE).toString('base64')],
    ['in base64 after one letter', Buffer.from(`x${VALUE}`).toString('base64')],
    ['in base64 after two letters', Buffer.from(`xy${VALUE} and more`).toString('base64')],
    ['in base64 of URLs', Buffer.from(`x${VALUE}`).toString('base64url')],
    ['in hexadecimal', Buffer.from(VALUE).toString('hex')],
    ['in hexadecimal in capitals', Buffer.from(VALUE).toString('hex').toUpperCase()],
    ['in a URL within a URL', encodeURIComponent(encodeURIComponent(VALUE))],
    ['as bytes', Buffer.from(VALUE).toString('latin1')],
  ])('is taken out %s', (_where, text) => {
    const left = redactor.text(text);
    expect(left).toContain('$DB_PASSWORD');
    for (const part of ['S3cr', 'va<l>ue', 'va%3Cl', 'UzNjc', 'M2Ny', 'ue"'])
      expect(left).not.toContain(part);
  });

  test.each<[name: string, value: string, text: string, left: string]>([
    ['A_TOKEN', '1', 'x = 1', 'x = 1'],
    ['A_TOKEN', 'true', 'true', 'true'],
    ['A_TOKEN', 'src', '/repo/src/x.c', '/repo/src/x.c'],
    ['A_TOKEN', 'default', 'the default', 'the default'],
    ['A_TOKEN', 'hunter2', 'hunter2 xhunter2y "hunter2"', '$A_TOKEN xhunter2y "$A_TOKEN"'],
    [
      'A_PASS',
      'postgres',
      'postgres /usr/lib/postgres/x postgres_init "postgres".',
      '$A_PASS /usr/lib/postgres/x postgres_init "$A_PASS".',
    ],
    ['A_PASS', 'correcthorse', 'xcorrecthorsey', 'x$A_PASSy'],
    ['A_PIN_OTP', '123456', 'at 123456, 0x123456', 'at $A_PIN_OTP, 0x123456'],
    ['HOME', 'not-a-secret-name', 'not-a-secret-name', 'not-a-secret-name'],
  ])('%s=%s reaches as far as it should', (name, value, text, left) =>
    expect(of({ [name]: value }).text(text)).toBe(left),
  );

  test('the longest of several is taken', () =>
    expect(of({ A_TOKEN: 'abcdefgh1', B_TOKEN: 'abcdefgh1-long' }).text('abcdefgh1-long abcdefgh1')).toBe(
      '$B_TOKEN $A_TOKEN',
    ));
  test('each line of one that has several', () => {
    const key = `first-line-1\nsecond-line-2\n`;
    expect(of({ K_KEY: key }).text('> second-line-2')).toBe('> $K_KEY');
  });
  test('a part of a value that has the form of a secret', () =>
    expect(of({ DATABASE: 'postgres://bob:Hunter-22@db/x' }).text('Hunter-22 at db')).toBe(
      '$DATABASE_SECRET at db',
    ));
  test('not the path of something that exists', () =>
    expect(
      makeRedactor(secretsOfEnv({ A_KEY: '/home/bob/work' }, () => true)).text('/home/bob/work/x.c'),
    ).toBe('/home/bob/work/x.c'));
});

test.each<[string, boolean]>([
  ['GITHUB_TOKEN', true],
  ['AWS_SECRET_ACCESS_KEY', true],
  ['PGPASSWORD', true],
  ['MYSQL_PWD', true],
  ['PW', true],
  ['npm_config__authToken', true],
  ['clientSecret', true],
  ['SSHKEY', true],
  ['DB_PASS', true],
  ['COOKIE', true],
  ['SENTRY_DSN', true],
  ['ApiKey', true],
  ['GOOGLE_CREDENTIALS', true],
  ['PASSPHRASE', true],
  ['PWD', false],
  ['OLDPWD', false],
  ['PATH', false],
  ['SSH_AUTH_SOCK', false],
  ['PASSWORD_STORE_DIR', false],
  ['PUBLIC_KEY', false],
  ['KEYBOARD', false],
  ['MONKEY', false],
  ['COMPASS', false],
  ['AUTHOR', false],
])('%s is the name of a secret: %s', (name, is) => expect(isSecretName(name)).toBe(is));

test('secrets of a matrix are found wherever they stand', () => {
  const matrix = parseMatrix(
    `version: 1
targets:
  t: { builder: make, dir: ., produces: [x], args: [-DPW=Hunter-1, --token, Hunter-2], env: { A_SECRET: Hunter-3, URL: 'https://a:Hunter-4@h' } }
suites: [{ id: s, binding: py, dir: ., targets: [t], env: { B_TOKEN: Hunter-5, C_KEY: '\${target.t}/key' }, with: { args: ['--password', Hunter-6, '--api-key=Hunter-7'] } }]
gates: { asan: { env: { D_PASSWORD: Hunter-8 } } }
`,
    '/repo/ffi-gates.yaml',
  );
  expect(Object.fromEntries(secretsIn(matrix).map((s) => [s.value, s.name]))).toEqual({
    'Hunter-1': 'PW',
    'Hunter-2': 'TOKEN',
    'Hunter-3': 'A_SECRET',
    'Hunter-4': 'URL_SECRET',
    'Hunter-5': 'B_TOKEN',
    'Hunter-6': 'PASSWORD',
    'Hunter-7': 'API_KEY',
    'Hunter-8': 'D_PASSWORD',
  });
});

describe('the command of a finding', () => {
  const launch = {
    argv: ['/bin/echo', '-DPW=it\'s "5"', '--password', 'Hunter-2', 'https://bob:Hunter-3@h/x y'] as [
      string,
      ...string[],
    ],
    cwd: '/tmp',
    env: { PLAIN: 'kept', DB_PASSWORD: 'Hunter-4', A_PASS: 'abc', URL: 'https://a:Hunter-5@h' },
  };
  const line = reproOf(launch, '/out/logs');
  test('names variables, holds no value, and runs where these are set', () => {
    expect(line).not.toMatch(/Hunter|abc|it's/);
    expect(line).toContain('PLAIN=kept DB_PASSWORD="$DB_PASSWORD" A_PASS="$A_PASS" URL="$URL"');
    expect(variablesOf(line).sort()).toEqual([
      'A_PASS',
      'DB_PASSWORD',
      'PASSWORD',
      'PW',
      'URL',
      'URL_PASSWORD',
    ]);
    const out = execFileSync('sh', ['-c', partsOf(line)!.command], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        PW: 'a b',
        PASSWORD: "it's",
        URL_PASSWORD: '$x',
        URL: 'u',
        DB_PASSWORD: 'd',
        A_PASS: 'p',
      },
    });
    expect(out).toBe("-DPW=a b --password it's https://bob:$x@h/x y\n");
  });
  test('stays as it is when it is printed', () => expect(BY_FORM.text(line)).toBe(line));
  test('with the environment has none of that either', () => {
    const whole = withEnvironment(line, {
      MY_TOKEN: 'Hunter-6',
      INDEX: 'https://u:Hunter-7@h/simple',
      LANG: 'C',
    });
    expect(whole).toContain('env -i INDEX="$INDEX" LANG=C PLAIN=kept');
    expect(whole).not.toMatch(/Hunter|MY_TOKEN/);
    expect(BY_FORM.text(whole)).toBe(whole);
  });
});

test('a secret that changes from run to run gives one fingerprint', () => {
  const prints = ['Alpha-11-x', 'Beta-2222-y', `ghs_${word(36)}`].map((token) => {
    const frames = [{ kind: 'source' as const, function: `get_${token}`, file: `/repo/${token}.c`, line: 3 }];
    const d = diagnostic({ message: `bad ${token}`, stacks: [stack('fault', ...frames)] });
    const bare = diagnostic({ message: `bad ${token}`, stacks: [] });
    const redactor = makeRedactor(secretsOfEnv({ TOKEN: token }));
    for (const x of [d, bare]) hideSecrets(x, redactor);
    return [d, bare].map((x) => fingerprintBy(x, [(f) => f])).join(' ');
  });
  expect(new Set(prints).size).toBe(1);
});

describe('a value of JSON', () => {
  const redactor = makeRedactor(secretsOfEnv({ A_TOKEN: 'Hunter-22' }));
  test('loses secrets at any depth, and nothing else; ids stay', () => {
    const value = { a: [{ b: 'x Hunter-22', n: 1, z: null }], id: 'Hunter-22', same: { c: ['y'] } };
    const safe = redactor.deep(value);
    expect(safe).toEqual({ a: [{ b: 'x $A_TOKEN', n: 1, z: null }], id: 'Hunter-22', same: { c: ['y'] } });
    expect(safe.same).toBe(value.same);
    expect(value.a[0]!.b).toBe('x Hunter-22');
  });
});

describe('a log', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-redact-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const redactor = makeRedactor(secretsOfEnv({ A_TOKEN: 'Hunter-22', B_TOKEN: 'Größe-9-x' }));
  const written = (content: string | Buffer): Buffer => {
    const path = join(dir, 'log');
    writeFileSync(path, content);
    redactFile(path, redactor);
    return readFileSync(path);
  };
  test('keeps its lines and all other bytes', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${word(64)}\n${word(64)}\n-----END PRIVATE KEY-----`;
    const text = `a\xff Hunter-22\r\n${key}\nlast Hunter-22`;
    const left = written(Buffer.from(text, 'latin1')).toString('latin1');
    expect(left).toBe(
      'a\xff $A_TOKEN\r\n-----BEGIN PRIVATE KEY-----$PRIVATE_KEY\n\n\n-----END PRIVATE KEY-----\nlast $A_TOKEN',
    );
    expect(left.split('\n')).toHaveLength(text.split('\n').length);
  });
  test('of any language', () => expect(written('x Größe-9-x y').toString()).toBe('x $B_TOKEN y'));
  test('of many megabytes, in whose midst secrets stand across every boundary', () => {
    const text =
      `${'x'.repeat(1 << 16)}Hunter-22${'y'.repeat(1 << 16)}\n`.repeat(40) +
      'z'.repeat(5 << 20) +
      'Hunter-22' +
      'z'.repeat(4 << 20);
    expect(written(text).toString()).toBe(text.replaceAll('Hunter-22', '$A_TOKEN'));
    const key = `${'line\n'.repeat(838_000)}-----BEGIN PRIVATE KEY-----\n${`${word(64)}\n`.repeat(30)}-----END PRIVATE KEY-----\n`;
    expect(written(key).toString()).not.toContain(word(64));
  });
  test('that is none of text stays', () => {
    const bytes = Buffer.from('\x7fELF\0\0Hunter-22');
    expect(written(bytes)).toEqual(bytes);
  });
});

test('any text: known values are gone, however often it is looked at, and the lines keep their numbers', () => {
  const redactor = makeRedactor(secretsOfEnv({ A_TOKEN: 'Hunter-22', B_TOKEN: 'ab"c\\d\n12' }));
  const parts = fc.constantFrom(
    'Hunter-22',
    'ab"c\\d\n12',
    'password=',
    '://a:',
    '@',
    '"',
    ' ',
    '\n',
    'x',
    '--token ',
    '-----BEGIN PRIVATE KEY-----',
    '$A_TOKEN',
    '=',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(parts, fc.string({ maxLength: 8 })), { maxLength: 12 }), (all) => {
      const text = all.join('');
      const left = redactor.text(text);
      for (const t of [left, redactor.text(left), redactor.lines(text)]) {
        expect(t).not.toContain('Hunter-22');
        expect(t).not.toContain('ab"c\\d');
      }
      expect(redactor.lines(text).split('\n')).toHaveLength(text.split('\n').length);
    }),
  );
});
