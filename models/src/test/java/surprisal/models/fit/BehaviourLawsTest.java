package surprisal.models.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.models.agent.Agent;
import surprisal.models.agent.Choice;
import surprisal.models.agent.Efe;
import surprisal.models.agent.Policies;
import surprisal.models.agent.Term;
import surprisal.models.pomdp.FactoredPomdp;

/** The likelihood on tensors is that of the agent on arrays, and its gradients are right. */
class BehaviourLawsTest {
    private static final long SEEDS = 1L << 40;

    @Property(tries = 150)
    void isWhatTheAgentComputesStepByStep(@ForAll @LongRange(max = SEEDS) long seed) {
        Somebody somebody = new Somebody(seed);
        Subject subject = somebody.subject();
        agree(subject, somebody.recording(subject, 0));
    }

    @Property(tries = 100)
    void isWhatTheAgentComputesAsItLearns(@ForAll @LongRange(max = SEEDS) long seed) {
        Somebody somebody = new Somebody(seed);
        Subject subject = somebody.learner();
        agree(subject, somebody.recording(subject, 0));
    }

    private static void agree(Subject subject, Recording recording) {
        Behaviour behaviour = Behaviour.of(subject, recording);
        Tensor log = behaviour.logProbabilities(subject);
        // other tensors with the same numbers: nothing that was kept is used
        FactoredPomdp m = subject.model();
        Tensor again = behaviour.logProbabilities(subject.model(
                new FactoredPomdp(m.structure(), m.A(), m.B(), m.C(), m.D().stream().map(Tensor::copy).toList())));
        Agent agent = subject.agent();
        int i = 0;
        for (Recording.Episode episode : recording.episodes()) {
            agent.begin();
            for (int t = 0; t < episode.actions().length; t++, i++) {
                agent.observe(episode.outcomes()[t]);
                agent.plan();
                double expected = StrictMath.log(probability(agent, subject, episode.actions()[t]));
                assertEquals(expected, log.at(i), 1e-10 * (1 + Math.abs(expected)), "step " + t);
                assertEquals(expected, again.at(i), 1e-10 * (1 + Math.abs(expected)), "step " + t);
                agent.learn();
                agent.acted(episode.actions()[t]);
            }
        }
        assertEquals(i, log.shape().size());
    }

    /** Another objective, or preferences over other steps, are those of a likelihood that was made of them. */
    @Property(tries = 50)
    void nothingIsKeptThatDependsOnTheObjective(@ForAll @LongRange(max = SEEDS) long seed) {
        Somebody somebody = new Somebody(seed);
        Subject subject = somebody.subject();
        Recording recording = somebody.recording(subject, 0);
        Behaviour behaviour = Behaviour.of(subject, recording);
        Tensor C = subject.model().C().getFirst();
        for (Subject other : List.of(subject.efe(Efe.of(Term.UTILITY)), subject.efe(Efe.STANDARD.plus(Efe.of(Term.STATE_GAIN))),
                subject.preferences(0, Tensor.concat(0, C.reshape(-1, C.shape().last()), C.reshape(-1, C.shape().last()).times(2))))) {
            Tensor expected = Behaviour.of(other, recording).logProbabilities(other);
            Tensor found = behaviour.logProbabilities(other);
            for (int i = 0; i < expected.shape().size(); i++) {
                assertEquals(expected.at(i), found.at(i), 1e-12 * (1 + Math.abs(expected.at(i))), "step " + i);
            }
        }
    }

    /** In plain numbers, from q(π). */
    private static double probability(Agent agent, Subject subject, int joint) {
        double alpha = subject.alpha().item();
        Policies policies = subject.policies();
        double[] q = agent.posterior();
        if (subject.choice() == Choice.FULL) {
            double sum = 0;
            double begun = 0;
            for (int p = 0; p < q.length; p++) {
                double weight = StrictMath.pow(q[p], alpha);
                sum += weight;
                begun += policies.joint(p, 0) == joint ? weight : 0;
            }
            return begun / sum;
        }
        double product = 1;
        int[] single = policies.structure().decode(joint);
        for (int a = 0; a < single.length; a++) {
            double[] marginal = new double[policies.structure().actions().get(a).size()];
            for (int p = 0; p < q.length; p++) {
                marginal[policies.actions(p, 0)[a]] += q[p];
            }
            double sum = 0;
            for (double x : marginal) {
                sum += x == 0 ? 0 : StrictMath.pow(x, alpha);
            }
            product *= StrictMath.pow(marginal[single[a]], alpha) / sum;
        }
        return product;
    }

    /** All that may be free, as one model. */
    private record Free(Tensor gamma, Tensor alpha, Tensor habit, List<Tensor> C, List<Tensor> D, Tensor rate) {
        static Free of(Subject s) {
            return new Free(s.gamma().log(), s.alpha().log(), s.habit().log(), s.model().C(),
                    s.model().D().stream().map(Tensor::log).toList(), s.learning().rate().copy());
        }

        Subject in(Subject s) {
            FactoredPomdp m = s.model();
            List<Tensor> first = new ArrayList<>(D.stream().map(Tensor::softmax).toList());
            Subject free = s.model(new FactoredPomdp(m.structure(), m.A(), m.B(), C, first))
                    .gamma(gamma.exp()).alpha(alpha.exp()).habit(habit.softmax());
            Subject.Learning learned = s.learning();
            return free.learning(new Subject.Learning(learned.pA(), learned.pB(), learned.pD(), rate));
        }
    }

    @Property(tries = 25)
    void gradientsAreThoseOfDifferences(@ForAll @LongRange(max = SEEDS) long seed) {
        Somebody somebody = new Somebody(seed);
        Subject subject = somebody.subject();
        Behaviour behaviour = Behaviour.of(subject, somebody.recording(subject, 0));
        GradCheck.standard().model(Free.of(subject), free -> behaviour.logLikelihood(free.in(subject)));
    }

    @Property(tries = 15)
    void gradientsAreThoseOfDifferencesWhereActionsWereNotSeen(@ForAll @LongRange(max = SEEDS) long seed) {
        Somebody somebody = new Somebody(seed);
        Subject subject = somebody.subject();
        Behaviour behaviour = Behaviour.of(subject, somebody.recording(subject, 1));
        GradCheck.standard().model(Free.of(subject), free -> behaviour.logLikelihood(free.in(subject)));
    }

    @Property(tries = 15)
    void gradientsAreThoseOfDifferencesWhereSomethingIsLearned(@ForAll @LongRange(max = SEEDS) long seed) {
        Somebody somebody = new Somebody(seed);
        Subject subject = somebody.learner();
        Behaviour behaviour = Behaviour.of(subject, somebody.recording(subject, 0));
        GradCheck.standard().model(Free.of(subject), free -> behaviour.logLikelihood(free.in(subject)));
    }

    @Property(tries = 30)
    void whatCouldHaveBeenDoneSumsToOne(@ForAll @LongRange(max = SEEDS) long seed) {
        Somebody somebody = new Somebody(seed);
        Subject subject = somebody.subject();
        Recording.Episode episode = somebody.recording(subject, 0).episodes().getFirst();
        int last = episode.actions().length - 1;
        double sum = 0;
        for (int u = 0; u < subject.model().structure().jointActions(); u++) {
            int[] actions = episode.actions().clone();
            actions[last] = u;
            Recording recording = new Recording(List.of(new Recording.Episode(episode.outcomes(), actions)));
            try {
                sum += StrictMath.exp(Behaviour.of(subject, recording).logProbabilities(subject).at(last));
            } catch (IllegalArgumentException neverDone) {
                assertEquals(true, neverDone.getMessage().contains("begins no policy"), neverDone.getMessage());
            }
        }
        assertEquals(1, sum, 1e-12);
    }
}
