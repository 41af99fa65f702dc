/** The operations: each owns its shape, its value and its derivative. */
package surprisal.autodiff.op;
