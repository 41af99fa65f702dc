/**
 * What can be computed and differentiated: {@link surprisal.autodiff.Tensor} and its operations, the
 * {@link surprisal.autodiff.Tape} that records them, {@link surprisal.autodiff.Update} for what is done with a gradient, and
 * {@link surprisal.autodiff.GradCheck} for one's own.
 */
package surprisal.autodiff;
