/**
 * What the workbench shows: {@link surprisal.bench.experiments.VaeRun} learns images by minimising F,
 * {@link surprisal.bench.experiments.MazeRun} lets agents act by minimising G, and the pages report what came of it.
 */
package surprisal.bench.experiments;
