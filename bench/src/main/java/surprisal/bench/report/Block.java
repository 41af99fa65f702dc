package surprisal.bench.report;

/** A piece of a report that knows its HTML. */
public sealed interface Block permits Text, Formula, Chart, Images, Filmstrip, Table, Row {

    /**
     * Writes this block.
     *
     * @param html where to
     */
    void write(Html html);
}
