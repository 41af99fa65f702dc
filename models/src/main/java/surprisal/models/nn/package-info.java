/** Networks: records of tensors. */
package surprisal.models.nn;
