package surprisal.bench.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Setting;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dynamics.SequenceFreeEnergy;
import surprisal.models.signal.Negatives;

class DistractionTest {
    private static final SensedWorld.Sizes SIZES = new SensedWorld.Sizes(8, 2, 5, 7);

    private static Tensor random(Rng rng, int... dims) {
        return Tensor.of(rng.normal(Shape.of(dims), Precision.FLOAT64));
    }

    private static Clips clips() {
        return new Clips(random(new Rng(1), 4, 3, 64), Tensor.zeros(Shape.of(4, 3, 1), Precision.FLOAT64), random(new Rng(2), 4, 3, 4));
    }

    private static SequenceFreeEnergy F(String signal, Clips clips, Tensor rewards) {
        return F(signal, clips, clips.frames(), rewards);
    }

    private static SequenceFreeEnergy F(String signal, Clips clips, Tensor pictures, Tensor rewards) {
        return SensedWorld.of(signal, SIZES, Negatives.SAME_TIME, Precision.FLOAT64, new Rng(3), last -> {})
                .F(clips, pictures, rewards, new Rng(4));
    }

    /** Fresh worlds of one seed believe the same; what they are to learn from is all that differs. */
    @Test
    void freshWorldsDifferInWhatTheyLearnFromAlone() {
        Tensor rewards = random(new Rng(5), 4, 3, 1);
        List<Double> complexities = new ArrayList<>(), costs = new ArrayList<>();
        for (String signal : SensedWorld.SIGNALS) {
            SequenceFreeEnergy f = F(signal, clips(), rewards);
            complexities.add(f.complexity().sum().item());
            costs.add(f.cost().sum().item());
        }
        assertEquals(1, complexities.stream().distinct().count(), complexities.toString());
        assertEquals(SensedWorld.SIGNALS.size(), costs.stream().distinct().count(), costs.toString());
    }

    /** The task alone is told the rewards. */
    @Test
    void rewardsAreTheTasks() {
        Tensor rewards = random(new Rng(5), 4, 3, 1);
        List<String> told = SensedWorld.SIGNALS.stream()
                .filter(signal -> F(signal, clips(), rewards).cost().at(0) != F(signal, clips(), rewards.plus(1)).cost().at(0))
                .toList();
        assertEquals(List.of("task"), told);
    }

    /** What is laid over pictures changes what is learned from them, not what is believed of them; the task sees no picture. */
    @Test
    void picturesToLearnFromAreNotThoseThatAreSeen() {
        Tensor rewards = random(new Rng(5), 4, 3, 1);
        Tensor other = random(new Rng(6), 4, 3, 64);
        for (String signal : SensedWorld.SIGNALS) {
            SequenceFreeEnergy plain = F(signal, clips(), rewards), overlaid = F(signal, clips(), other, rewards);
            assertEquals(plain.complexity().sum().item(), overlaid.complexity().sum().item(), signal);
            assertEquals(signal.equals("task"), plain.cost().sum().item() == overlaid.cost().sum().item(), signal);
        }
    }

    /** Only a distilled world's update has something to follow it. */
    @Test
    void aMovingTargetFollowsTheUpdate() {
        for (String signal : SensedWorld.SIGNALS) {
            List<Update> last = new ArrayList<>();
            SensedWorld.of(signal, SIZES, Negatives.SAME_TIME, Precision.FLOAT32, new Rng(3), last::add);
            assertEquals(signal.equals("byol") ? 1 : 0, last.size(), signal);
        }
    }

    @Test
    void signalsAndSharesThatAreNoneAreNamed() {
        Distraction experiment = new Distraction();
        Setting signals = experiment.settings().getFirst();
        assertEquals(List.of("task", "byol"), signals.kind().value("task,byol"));
        assertEquals("'sight' is not one of contrastive, reconstruction, byol, barlow, task",
                assertThrows(IllegalArgumentException.class, () -> signals.kind().value("task,sight")).getMessage());
        Given given = Given.usual(experiment, 1).with("batch", 33).with("sharing", 32);
        assertEquals("a batch of 33 films of which 32 share a background: it takes a multiple of 32",
                assertThrows(IllegalArgumentException.class, () -> experiment.begin(given)).getMessage());
        assertEquals(List.of("contrastive", "reconstruction"),
                Given.usual(experiment, 1).choices("signals"));
    }
}
