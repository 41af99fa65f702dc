package surprisal.bench.report;

/**
 * A paragraph. {@code `code`} and {@code $formulas$} are set as such; everything else is shown as it is.
 *
 * @param prose the paragraph
 */
public record Text(String prose) implements Block {
    @Override
    public void write(Html html) {
        html.open("p").prose(prose).close("p");
    }
}
