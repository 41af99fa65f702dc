/**
 * What every experiment that learns has in common: an {@link surprisal.bench.learning.Experiment} says what it is called, which
 * settings it takes and how a {@link surprisal.bench.learning.Run} begins; a {@link surprisal.bench.learning.Study} trains it for
 * some seeds, with checkpoints, early stopping, an event file for TensorBoard, JSON and a page.
 */
package surprisal.bench.learning;
