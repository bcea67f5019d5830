/** Every problem of SARIF files by schema, GitHub's rules and its limits. */
export const sarifProblems: (files: readonly string[]) => string[];
/** Those of one document by schema and limits alone. */
export const sarifProblemsOf: (text: string) => string[];
