package surprisal.kernels;

/** A draw from N(μ, σ²) by its noise, s = μ + σ ε (Kingma and Welling 2014), with σ = softplus(ρ) + least, row by row. */
public final class NormalDraw {

    private NormalDraw() {}

    /**
     * σ = softplus(ρ) + least and s = μ + σ ε, from rows (μ, ρ) of 2n numbers.
     *
     * @param raw [rows, 2n]: μ and ρ of each row
     * @param ro offset of raw
     * @param rows how many
     * @param n the length of μ
     * @param least the least σ
     * @param noise ε, [rows, n]
     * @param eo offset of the noise
     * @param rho [rows, n], overwritten with ρ
     * @param po offset of rho
     * @param std [rows, n], overwritten with σ
     * @param so offset of std
     * @param s [rows, n], overwritten
     * @param to offset of s
     */
    public static void draw(
            float[] raw, int ro, int rows, int n, float least, float[] noise, int eo, float[] rho, int po, float[] std, int so,
            float[] s, int to) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(raw, ro + (2 * r + 1) * n, rho, po + r * n, n);
        }
        Loop.map(Unary.SOFTPLUS, rho, po, std, so, rows * n);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < n; i++) {
                float sigma = std[so + r * n + i] + least;
                std[so + r * n + i] = sigma;
                s[to + r * n + i] = raw[ro + 2 * r * n + i] + sigma * noise[eo + r * n + i];
            }
        }
    }

    /**
     * What goes back through {@link #draw}: μ̄ + s̄ and (σ̄ + s̄ ε) softplus′(ρ) in the place of raw, and ε̄ = s̄ σ.
     *
     * @param g [rows, step]: of each row s̄, μ̄ and σ̄ one after the other, from {@code go}
     * @param go offset of the first row's s̄
     * @param step from one row of g to the next
     * @param rows how many
     * @param n the length of μ
     * @param gs [rows, n], what s̄ gets besides
     * @param gso offset of gs
     * @param noise ε, [rows, n]
     * @param eo offset of the noise
     * @param rho ρ, [rows, n], overwritten with σ(ρ)
     * @param po offset of rho
     * @param std σ, [rows, n]
     * @param so offset of std
     * @param raw [rows, 2n], overwritten
     * @param ro offset of raw
     * @param gNoise ε̄, [rows, n], overwritten
     * @param geo offset of gNoise
     */
    public static void drawGrad(
            float[] g, int go, int step, int rows, int n, float[] gs, int gso, float[] noise, int eo, float[] rho, int po,
            float[] std, int so, float[] raw, int ro, float[] gNoise, int geo) {
        Loop.map(Unary.SIGMOID, rho, po, rho, po, rows * n);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < n; i++) {
                int at = r * n + i;
                int from = go + r * step + i;
                float up = gs[gso + at] + g[from];
                raw[ro + 2 * r * n + i] = g[from + n] + up;
                raw[ro + (2 * r + 1) * n + i] = (g[from + 2 * n] + up * noise[eo + at]) * rho[po + at];
                gNoise[geo + at] = up * std[so + at];
            }
        }
    }

    /**
     * σ = softplus(ρ) + least and s = μ + σ ε, from rows (μ, ρ) of 2n numbers, in double precision.
     *
     * @param raw [rows, 2n]: μ and ρ of each row
     * @param ro offset of raw
     * @param rows how many
     * @param n the length of μ
     * @param least the least σ
     * @param noise ε, [rows, n]
     * @param eo offset of the noise
     * @param rho [rows, n], overwritten with ρ
     * @param po offset of rho
     * @param std [rows, n], overwritten with σ
     * @param so offset of std
     * @param s [rows, n], overwritten
     * @param to offset of s
     */
    public static void draw(
            double[] raw, int ro, int rows, int n, double least, double[] noise, int eo, double[] rho, int po, double[] std, int so,
            double[] s, int to) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(raw, ro + (2 * r + 1) * n, rho, po + r * n, n);
        }
        Loop.map(Unary.SOFTPLUS, rho, po, std, so, rows * n);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < n; i++) {
                double sigma = std[so + r * n + i] + least;
                std[so + r * n + i] = sigma;
                s[to + r * n + i] = raw[ro + 2 * r * n + i] + sigma * noise[eo + r * n + i];
            }
        }
    }

    /**
     * What goes back through {@link #draw}: μ̄ + s̄ and (σ̄ + s̄ ε) softplus′(ρ) in the place of raw, and ε̄ = s̄ σ, in double precision.
     *
     * @param g [rows, step]: of each row s̄, μ̄ and σ̄ one after the other, from {@code go}
     * @param go offset of the first row's s̄
     * @param step from one row of g to the next
     * @param rows how many
     * @param n the length of μ
     * @param gs [rows, n], what s̄ gets besides
     * @param gso offset of gs
     * @param noise ε, [rows, n]
     * @param eo offset of the noise
     * @param rho ρ, [rows, n], overwritten with σ(ρ)
     * @param po offset of rho
     * @param std σ, [rows, n]
     * @param so offset of std
     * @param raw [rows, 2n], overwritten
     * @param ro offset of raw
     * @param gNoise ε̄, [rows, n], overwritten
     * @param geo offset of gNoise
     */
    public static void drawGrad(
            double[] g, int go, int step, int rows, int n, double[] gs, int gso, double[] noise, int eo, double[] rho, int po,
            double[] std, int so, double[] raw, int ro, double[] gNoise, int geo) {
        Loop.map(Unary.SIGMOID, rho, po, rho, po, rows * n);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < n; i++) {
                int at = r * n + i;
                int from = go + r * step + i;
                double up = gs[gso + at] + g[from];
                raw[ro + 2 * r * n + i] = g[from + n] + up;
                raw[ro + (2 * r + 1) * n + i] = (g[from + 2 * n] + up * noise[eo + at]) * rho[po + at];
                gNoise[geo + at] = up * std[so + at];
            }
        }
    }
}
