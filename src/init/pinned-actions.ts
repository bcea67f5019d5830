/** The actions of other projects that our workflows, and those that `init` writes, use. Each is pinned to a commit. */

/**
 * The commit is the one that the release's tag names in the action's own repository (`git ls-remote --tags`). A tag can
 * be moved to other code later, a commit cannot. Our workflows must use the same (test/unit/pinned-actions.test.ts).
 */
export const PINNED_ACTIONS = {
  'actions/checkout': { version: 'v7.0.1', commit: '3d3c42e5aac5ba805825da76410c181273ba90b1' },
  'actions/setup-node': { version: 'v7.0.0', commit: '820762786026740c76f36085b0efc47a31fe5020' },
  'actions/setup-go': { version: 'v7.0.0', commit: 'b7ad1dad31e06c5925ef5d2fc7ad053ef454303e' },
  'actions/setup-java': { version: 'v5.7.0', commit: 'b6effb05e454b25005698d916606bdc6ffcbf961' },
  'actions/setup-dotnet': { version: 'v6.0.0', commit: 'a98b56852c35b8e3190ac28c8c2271da59106c68' },
  'actions/cache': { version: 'v5.0.5', commit: '27d5ce7f107fe9357f9df03efb73ab90386fccae' },
  'actions/download-artifact': { version: 'v8.0.1', commit: '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c' },
  'github/codeql-action': { version: 'v4.36.2', commit: '8aad20d150bbac5944a9f9d289da16a4b0d87c1e' },
  'actions/upload-artifact': { version: 'v7.0.0', commit: 'bbbca2ddaa5d8feaa63e36b76fdaad77386f024f' },
} as const satisfies Record<string, { version: string; commit: string }>;

/** The value of `uses:`, with the version as a comment, which update bots read and renew. `part` is an action below another. */
export const uses = (action: keyof typeof PINNED_ACTIONS, part?: string): string => {
  const { version, commit } = PINNED_ACTIONS[action];
  return `uses: ${action}${part === undefined ? '' : `/${part}`}@${commit} # ${version}`;
};
