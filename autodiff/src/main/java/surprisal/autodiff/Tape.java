package surprisal.autodiff;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * Records what is computed from a model's tensors, then walks back over the record: ∂loss/∂θ for every θ of the model
 * (reverse-mode differentiation, Linnainmaa 1970).
 *
 * <p>A tape is reused: each {@link #grad} rewinds it and records into the memory of the pass before, so that a training
 * step allocates next to nothing. The tensors of a pass, gradients included, are good until the next one:
 * {@link Tensor#copy} keeps one, and to read a computed tensor that is stale is an error. A tape belongs to one thread.
 */
public final class Tape {

    /* The list is in the order of computation, so it is already sorted: backward is the list from its end. A gradient is
     * added to in that order, which makes its bits a function of the program alone; the first that comes overwrites what
     * the pass before has left there. */

    /** One computed tensor; kept from pass to pass for its memory. */
    private static final class Node {
        private Op op; // null for a variable or a constant
        private int[] inputs = {}; // positions; -1 for a tensor that is on no tape
        private Shape[] shapes = {};
        private Array[] in = {};
        private Array[] gIn = {};
        private Store[] stores = {};
        private Array out;
        private Array kept; // of an op that keeps something
        private Array grad;
        private Tensor even; // what stands for it in passes of even and of odd number
        private Tensor odd;
        private boolean needed; // it depends on a variable
        private boolean reached; // the loss depends on it, and grad holds what came so far
    }

    private final List<Node> nodes = new ArrayList<>();
    private final Tensor[][] operands = {{}, new Tensor[1], new Tensor[2], new Tensor[3], new Tensor[4]};
    private int size;
    private long pass;
    private long models; // how many models this tape has had; the pass of the variables of the last one is -models
    private int variables;
    private boolean recording;
    private Object model;
    private Object tracked;
    private Object gradient;
    private SequencedMap<String, Tensor> leaves;
    private final List<Array> arrays = new ArrayList<>(); // of the model, and below of what it holds now
    private final List<Array> now = new ArrayList<>();

    /** An empty tape. */
    public Tape() {}

    /**
     * The loss and its gradient with respect to every tensor of a model.
     *
     * @param model a tensor, or a record (of records, lists …) of tensors; see {@link Tree}
     * @param loss computes a single number from the model that it is given. It must use its argument: a model that it
     *     captured is a constant
     * @param <M> the type of the model, and so of the gradient
     * @return the loss in the units of the program (nats, for a free energy) and the gradient; both are good until the
     *     next call
     * @throws IllegalArgumentException if the model has no tensors, the loss is not a single number or doesn't depend
     *     on the model
     * @throws NonFiniteException if the loss is NaN or infinite; the message names the first op that made it so
     * @throws IllegalStateException if it is called by the loss of this same tape
     */
    public <M> Grad<M> grad(M model, Function<? super M, Tensor> loss) {
        Tensor value = record(model, loss);
        double number = value.item();
        if (!Double.isFinite(number)) {
            throw NonFiniteException.of(number, culprit());
        }
        backward(value.position());
        @SuppressWarnings("unchecked")
        M typed = (M) gradient;
        return new Grad<>(number, typed);
    }

    /**
     * The parts of a model that its loss does not use: their gradient is zero whatever the data. Meant for tests.
     *
     * @param model the model
     * @param loss as in {@link #grad}
     * @param <M> the type of the model
     * @return the names of the unused tensors, in the model's order
     */
    public <M> List<String> unused(M model, Function<? super M, Tensor> loss) {
        grad(model, loss);
        List<String> names = new ArrayList<>();
        leaves.forEach((name, leaf) -> {
            if (!nodes.get(leaf.position()).reached) {
                names.add(name);
            }
        });
        return names;
    }

    @SuppressWarnings("unchecked")
    private <M> Tensor record(M model, Function<? super M, Tensor> loss) {
        if (recording) {
            throw new IllegalStateException("grad within the loss of the same tape would overwrite what it has recorded: "
                    + "give the inner one a tape of its own");
        }
        track(Objects.requireNonNull(model, "the model is null"));
        pass++;
        size = variables;
        Tensor value;
        recording = true;
        try {
            value = Objects.requireNonNull(loss.apply((M) tracked), "the loss is null: return a tensor");
        } finally {
            recording = false;
        }
        value.array(); // not one of an earlier pass
        if (value.shape().size() != 1) {
            throw new IllegalArgumentException("the loss has shape " + value.shape()
                    + ": it must be one number; reduce it with mean() or sum()");
        }
        if (value.tape() != this || !nodes.get(value.position()).needed) {
            throw new IllegalArgumentException("the loss does not depend on the model: "
                    + "use the lambda's argument, not the captured model");
        }
        return value;
    }

    /** Makes every tensor of the model a variable, at the start of the tape. */
    private void track(Object model) {
        if (model == this.model && same(model)) {
            return;
        }
        IdentityHashMap<Array, Tensor> variable = new IdentityHashMap<>(); // what occurs twice is one variable
        this.model = null;
        arrays.clear();
        for (int i = 0; i < variables; i++) {
            nodes.set(i, new Node()); // the memory of the old ones is the old model's own
        }
        variables = 0;
        size = 0;
        pass += 2; // with the one of every recording three: the tensors of the pass before are no longer this one's turn
        models++;
        tracked = Tree.map(model, leaf -> {
            Tensor known = variable.get(leaf.array());
            if (known == null) {
                known = variable(leaf);
                variable.put(leaf.array(), known);
            }
            return known;
        });
        if (size == 0) {
            throw new IllegalArgumentException("there is no tensor in " + model.getClass().getName()
                    + ": a model is a record of tensors, of records or of lists of them");
        }
        Tree.arrays(model, arrays);
        leaves = Tree.leaves(tracked);
        gradient = Tree.map(tracked, leaf -> new Tensor(nodes.get(leaf.position()).grad));
        this.model = model;
    }

    /** Whether the model holds what it held: a list or a map in it may have changed. */
    private boolean same(Object model) {
        now.clear();
        Tree.arrays(model, now);
        boolean same = now.size() == arrays.size();
        for (int i = 0; same && i < now.size(); i++) {
            same = now.get(i) == arrays.get(i);
        }
        return same;
    }

    private Tensor variable(Tensor leaf) {
        if (leaf.tape() != null) {
            throw new IllegalArgumentException("a tensor of the model was computed on a tape: copy() it first");
        }
        Node node = next();
        clear(node);
        node.out = leaf.array();
        node.grad = Array.zeros(leaf.shape(), leaf.precision());
        node.needed = true;
        variables = size;
        return new Tensor(node.out, this, -models, size - 1);
    }

    private Node next() {
        if (size == nodes.size()) {
            nodes.add(new Node());
        }
        return nodes.get(size++);
    }

    /** Forgets what a node was computed from, and by what. */
    private static void clear(Node node) {
        node.op = null;
        node.inputs = new int[0];
        node.shapes = new Shape[0];
        node.in = new Array[0];
        node.gIn = new Array[0];
        node.stores = new Store[0];
    }

    boolean live(long pass, int position) {
        return pass == this.pass && position < size || pass == -models && position < variables;
    }

    /** Whether a gradient goes to this tensor. */
    boolean needs(int position) {
        return nodes.get(position).needed;
    }

    /** Computes an op of one tensor and, if that is on a tape, records it there. */
    static Tensor record(Op op, Tensor a) {
        return a.tape() == null ? record(op, new Tensor[] {a}) : a.tape().recorded(op, a, null, null, null, 1);
    }

    /** The same of two. */
    static Tensor record(Op op, Tensor a, Tensor b) {
        Tape tape = a.tape() != null ? a.tape() : b.tape();
        return tape == null ? record(op, new Tensor[] {a, b}) : tape.recorded(op, a, b, null, null, 2);
    }

    /** The same of three. */
    static Tensor record(Op op, Tensor a, Tensor b, Tensor c) {
        Tape tape = a.tape() != null ? a.tape() : b.tape() != null ? b.tape() : c.tape();
        return tape == null ? record(op, new Tensor[] {a, b, c}) : tape.recorded(op, a, b, c, null, 3);
    }

    /** The same of four. */
    static Tensor record(Op op, Tensor a, Tensor b, Tensor c, Tensor d) {
        Tape tape = a.tape() != null ? a.tape() : b.tape() != null ? b.tape() : c.tape() != null ? c.tape() : d.tape();
        return tape == null ? record(op, new Tensor[] {a, b, c, d}) : tape.recorded(op, a, b, c, d, 4);
    }

    /** Few operands go by an array that the tape keeps. */
    private Tensor recorded(Op op, Tensor a, Tensor b, Tensor c, Tensor d, int count) {
        Tensor[] in = operands[count];
        in[0] = a;
        if (count > 1) {
            in[1] = b;
        }
        if (count > 2) {
            in[2] = c;
        }
        if (count > 3) {
            in[3] = d;
        }
        return record(op, in);
    }

    /** Computes an op and, if an input is on a tape, records it there. */
    static Tensor record(Op op, Tensor[] in) {
        Tape tape = null;
        if (in.length == 0) {
            throw new IllegalArgumentException(op.name() + " of nothing: an op takes at least one tensor");
        }
        Precision precision = in[0].precision();
        for (Tensor x : in) {
            if (x.precision() != precision) {
                throw new IllegalArgumentException(op.name() + " of " + precision + " " + in[0].shape() + " and "
                        + x.precision() + " " + x.shape() + ": convert one of them with to(" + precision + ")");
            }
            x.array(); // not one of an earlier pass
            if (x.tape() != null) {
                if (tape != null && tape != x.tape()) {
                    throw new IllegalArgumentException(op.name() + " of tensors from two tapes: copy() one of them");
                }
                tape = x.tape();
            }
        }
        return tape == null ? compute(op, in) : tape.add(op, in);
    }

    private static Tensor compute(Op op, Tensor[] in) {
        Array[] arrays = new Array[in.length];
        Shape[] shapes = new Shape[in.length];
        for (int i = 0; i < in.length; i++) {
            arrays[i] = in[i].array();
            shapes[i] = arrays[i].shape();
        }
        Array out = Array.zeros(shape(op, shapes), in[0].precision());
        op.forward(arrays, out);
        return new Tensor(out);
    }

    private static Shape shape(Op op, Shape[] in) {
        return Objects.requireNonNull(op.shape(in), () -> op.name() + ".shape() returned null");
    }

    private Tensor add(Op op, Tensor[] in) {
        Node node = next();
        int count = in.length;
        boolean same = node.in.length == count && (op == node.op || op.equals(node.op));
        if (node.in.length != count) {
            node.inputs = new int[count];
            node.shapes = new Shape[count];
            node.in = new Array[count];
            node.gIn = new Array[count];
            node.stores = new Store[count];
        }
        node.op = null; // until it is computed: if the shapes don't fit, the next pass must not believe that they did
        node.needed = false;
        node.reached = false;
        for (int i = 0; i < count; i++) {
            Array array = in[i].array();
            node.in[i] = array;
            node.inputs[i] = in[i].tape() == null ? -1 : in[i].position();
            node.needed |= node.inputs[i] >= 0 && nodes.get(node.inputs[i]).needed;
            same &= array.shape().equals(node.shapes[i]);
            node.shapes[i] = array.shape();
        }
        int position = --size; // not on the tape until it is computed
        node.out = memory(node.out, same ? node.out.shape() : shape(op, node.shapes), in[0].precision());
        if (op instanceof Op.Keeping keeping) {
            Shape kept = same ? node.kept.shape() : Shape.of(keeping.kept(node.shapes));
            node.kept = memory(node.kept, kept, in[0].precision());
            keeping.forward(node.in, node.out, node.kept);
        } else {
            op.forward(node.in, node.out);
        }
        node.op = op;
        size++;
        return tensor(node, position);
    }

    /** What stands for a node in this pass. Two take turns, so that one kept from the pass before is known to be stale. */
    private Tensor tensor(Node node, int position) {
        Tensor known = (pass & 1) == 0 ? node.even : node.odd;
        if (known != null && known.stands(node.out, pass)) {
            return known;
        }
        Tensor fresh = new Tensor(node.out, this, pass, position);
        if ((pass & 1) == 0) {
            node.even = fresh;
        } else {
            node.odd = fresh;
        }
        return fresh;
    }

    /** The old array if it fits, else a new one. */
    private static Array memory(Array old, Shape shape, Precision precision) {
        return old != null && old.precision() == precision && old.shape().equals(shape)
                ? old
                : Array.zeros(shape, precision);
    }

    /** A tensor without a gradient whose memory is the tape's: noise, for example. */
    Tensor constant(Shape shape, Precision precision, Consumer<Array> fill) {
        Node node = next();
        if (node.in.length != 0) {
            clear(node);
        }
        node.out = memory(node.out, shape, precision);
        node.needed = false;
        node.reached = false;
        fill.accept(node.out);
        return tensor(node, size - 1);
    }

    /** The numbers of a tensor of this tape as a constant. */
    Tensor detached(Tensor of) {
        Array from = of.array();
        return constant(of.shape(), of.precision(), to -> Compute.copy(from, 0, to, 0, to.size()));
    }

    private void backward(int last) {
        for (int i = 0; i < size; i++) {
            nodes.get(i).reached = false;
        }
        first(nodes.get(last)).fill(1);
        for (int i = last; i >= variables; i--) {
            Node node = nodes.get(i);
            if (node.reached && node.needed && node.op != null) {
                backward(node);
            }
        }
        for (int i = 0; i < variables; i++) {
            if (!nodes.get(i).reached) {
                nodes.get(i).grad.fill(0);
            }
        }
    }

    private void backward(Node node) {
        boolean custom = node.op instanceof Op.Custom;
        for (int k = 0; k < node.in.length; k++) {
            Node input = node.inputs[k] < 0 ? null : nodes.get(node.inputs[k]);
            if (input == null || !input.needed) {
                node.gIn[k] = null;
            } else if (input.reached) {
                node.gIn[k] = input.grad;
                node.stores[k] = Store.ADD;
            } else {
                node.gIn[k] = first(input);
                node.stores[k] = Store.SET;
                if (custom) {
                    input.grad.fill(0);
                }
            }
        }
        switch (node.op) {
            case Op.Keeping keeping ->
                keeping.backward(node.in, node.out, node.kept, node.grad, node.gIn, node.stores);
            case Op.Known known -> known.backward(node.in, node.out, node.grad, node.gIn, node.stores);
            case Op.Custom op -> {
                op.backward(node.in, node.out, node.grad, node.gIn);
                added(node);
            }
        }
    }

    /** An op that puts an array of its own in the place of a gradient would lose it in silence. */
    private void added(Node node) {
        for (int k = 0; k < node.in.length; k++) {
            int input = node.inputs[k];
            if (node.gIn[k] != (input >= 0 && nodes.get(input).needed ? nodes.get(input).grad : null)) {
                throw new IllegalStateException(node.op.name() + ".backward replaced gIn[" + k
                        + "]: add to the numbers of the array that is there");
            }
        }
    }

    /** Where ∂loss/∂(this node) goes; holds whatever it held. */
    private static Array first(Node node) {
        node.reached = true;
        return node.grad = memory(node.grad, node.out.shape(), node.out.precision());
    }

    /** The first tensor of this pass that has a NaN or an infinity, in words. */
    private String culprit() {
        for (var leaf : leaves.entrySet()) {
            if (!finite(leaf.getValue().array())) {
                return "parameter " + leaf.getKey() + " " + leaf.getValue().shape() + " was not finite already";
            }
        }
        for (int i = variables; i < size; i++) {
            Node node = nodes.get(i);
            for (int k = 0; k < node.in.length; k++) {
                if (node.inputs[k] < 0 && !finite(node.in[k])) {
                    return "a constant of shape " + node.shapes[k] + ", an input of " + node.op.name()
                            + " (operation " + (i - variables + 1) + "), is not finite";
                }
            }
            if (!finite(node.out)) {
                return node.op == null
                        ? "a constant of shape " + node.out.shape() + " is not finite"
                        : node.op.name() + " of " + List.of(node.shapes) + " (operation " + (i - variables + 1) + " of "
                                + (size - variables) + ") is the first result that is not";
            }
        }
        return "every tensor is finite but the loss";
    }

    private static boolean finite(Array x) {
        for (int i = 0; i < x.size(); i++) {
            if (!Double.isFinite(x.at(i))) {
                return false;
            }
        }
        return true;
    }
}
