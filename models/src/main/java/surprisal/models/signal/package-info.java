/** What a world model learns its states from: signals that stand for the accuracy in F. */
package surprisal.models.signal;
