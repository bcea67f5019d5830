/** The package declares no types. These are the functions that are used. */
declare module 'jstat' {
  const jstat: {
    beta: {
      /** The value below which a share `p` of the distribution lies. */
      inv(p: number, alpha: number, beta: number): number;
    };
    hypgeom: {
      /** The probability of `k` marked ones among `n` drawn from `N`, of which `m` are marked. */
      pdf(k: number, N: number, m: number, n: number): number;
    };
  };
  export default jstat;
}
