/**
 * Arrays in files: NumPy's {@link surprisal.engine.io.Npy} and {@link surprisal.engine.io.Npz},
 * {@link surprisal.engine.io.Safetensors}, and the {@link surprisal.engine.io.Idx} of MNIST.
 *
 * <p>Files are not trusted. A reader checks each claim of a header against the bytes that are there before it
 * allocates for it, and ends in arrays, in a {@link surprisal.engine.io.FormatException} with a byte offset, or in
 * another {@code IOException} if the disk fails. A writer leaves the new file whole or the old one untouched.
 */
package surprisal.engine.io;
