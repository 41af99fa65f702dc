/**
 * Handwritten digits: the embedded part of MNIST, or a folder with the four files of MNIST or of a set in its format.
 */
package surprisal.bench.digits;
