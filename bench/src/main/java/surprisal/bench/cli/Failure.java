package surprisal.bench.cli;

/** The end of a command, in one sentence that its user can act on. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failure(String sentence) {
        super(sentence);
    }

    Failure(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
