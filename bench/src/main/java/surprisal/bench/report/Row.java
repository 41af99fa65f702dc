package surprisal.bench.report;

import java.util.List;

/**
 * Blocks side by side where the page is wide enough, one under the other where it isn't.
 *
 * @param blocks the blocks
 */
public record Row(List<Block> blocks) implements Block {
    @Override
    public void write(Html html) {
        html.open("div", "class", "row");
        for (Block block : blocks) block.write(html);
        html.close("div");
    }
}
