package surprisal.autodiff;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import surprisal.engine.Array;

/**
 * A model is a tree: a {@link Tensor}, or a record, {@link List}, {@link Map} or {@link Optional} of trees. Everything
 * else in it (numbers, shapes, functions, arrays of numbers) is a constant that is carried along. Nothing is registered
 * and nothing is annotated: a record knows its components, their names and their order. A map without an order goes by
 * its keys' text.
 *
 * <p>In a named module, a record must be open to {@code surprisal.autodiff} ({@code opens my.models}); on the class
 * path, and in a script, nothing is needed.
 */
public final class Tree {

    private Tree() {}

    /** How a record is taken apart and put together. */
    private record Parts(List<String> names, List<MethodHandle> accessors, MethodHandle constructor) {}

    private static final ClassValue<Parts> PARTS = new ClassValue<>() {
        @Override
        protected Parts computeValue(Class<?> type) {
            return parts(type);
        }
    };

    /**
     * The same tree with other tensors.
     *
     * @param tree the tree
     * @param f what becomes of each tensor, in the order of the components
     * @param <T> the type of the tree
     * @return the new tree; parts without tensors are the old ones
     * @throws IllegalArgumentException if a record is closed to reflection (the message says what to open), or there is
     *     an array of tensors
     */
    @SuppressWarnings("unchecked")
    public static <T> T map(T tree, UnaryOperator<Tensor> f) {
        return (T) mapped(tree, f);
    }

    private static Object mapped(Object tree, UnaryOperator<Tensor> f) {
        return switch (tree) {
            case null -> null;
            case Tensor tensor -> f.apply(tensor);
            case Record record -> record(record, f);
            case List<?> list -> {
                List<Object> items = new ArrayList<>(list.size());
                list.forEach(item -> items.add(mapped(item, f)));
                yield same(list, items) ? list : Collections.unmodifiableList(items);
            }
            case Map<?, ?> map -> {
                Map<Object, Object> items = new LinkedHashMap<>();
                boolean same = true;
                for (Map.Entry<?, ?> entry : entries(map)) {
                    Object item = mapped(entry.getValue(), f);
                    same &= item == entry.getValue();
                    items.put(entry.getKey(), item);
                }
                yield same ? map : items;
            }
            case Optional<?> maybe -> {
                Object item = maybe.isEmpty() ? null : mapped(maybe.get(), f);
                yield maybe.isEmpty() || item == maybe.get() ? maybe : Optional.of(item);
            }
            case Tensor[] tensors -> throw array(tensors.length);
            default -> tree;
        };
    }

    /** In the map's own order if it has one, else by the keys' text: that of Map.of changes from run to run. */
    private static Collection<? extends Map.Entry<?, ?>> entries(Map<?, ?> map) {
        if (map instanceof SequencedMap) {
            return map.entrySet();
        }
        List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
        entries.sort(Comparator.comparing(entry -> String.valueOf(entry.getKey())));
        return entries;
    }

    private static IllegalArgumentException array(int length) {
        return new IllegalArgumentException("the model holds a Tensor[" + length + "]: make it a List<Tensor>");
    }

    private static Object record(Record record, UnaryOperator<Tensor> f) {
        Parts parts = PARTS.get(record.getClass());
        Object[] items = new Object[parts.names.size()];
        boolean same = true;
        try {
            for (int i = 0; i < items.length; i++) {
                Object item = parts.accessors.get(i).invoke(record);
                items[i] = mapped(item, f);
                same &= items[i] == item;
            }
            return same ? record : parts.constructor.invokeWithArguments(items);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalArgumentException("can't rebuild a " + record.getClass().getName() + ": " + e.getMessage(), e);
        }
    }

    private static boolean same(Iterable<?> a, Iterable<?> b) {
        var other = b.iterator();
        for (Object item : a) {
            if (item != other.next()) {
                return false;
            }
        }
        return true;
    }

    /**
     * The tensors of a tree with their names: the components on the way, joined by dots, {@code encoder.layers.0.weight}.
     *
     * @param tree the tree
     * @return the tensors in the order of the components; a single tensor has the name {@code ""}
     * @throws IllegalArgumentException as {@link #map} does, or if two tensors have one name
     */
    public static SequencedMap<String, Tensor> leaves(Object tree) {
        SequencedMap<String, Tensor> leaves = new LinkedHashMap<>();
        collect("", tree, leaves);
        return leaves;
    }

    /** The arrays of a tree's tensors in the order of {@link #leaves}, without their names. */
    static void arrays(Object tree, List<Array> into) {
        switch (tree) {
            case null -> {}
            case Tensor tensor -> into.add(tensor.array());
            case Record record -> {
                Parts parts = PARTS.get(record.getClass());
                for (int i = 0; i < parts.names.size(); i++) {
                    arrays(component(parts, record, i), into);
                }
            }
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    arrays(list.get(i), into);
                }
            }
            case Map<?, ?> map -> {
                for (Map.Entry<?, ?> entry : entries(map)) {
                    arrays(entry.getValue(), into);
                }
            }
            case Optional<?> maybe -> arrays(maybe.orElse(null), into);
            case Tensor[] tensors -> throw array(tensors.length);
            default -> {}
        }
    }

    /** Where a gradient is not one of this model, in words. */
    static IllegalArgumentException difference(Object model, Object gradient) {
        SequencedMap<String, Tensor> there = leaves(gradient);
        for (Map.Entry<String, Tensor> leaf : leaves(model).entrySet()) {
            Tensor of = there.get(leaf.getKey());
            Tensor is = leaf.getValue();
            if (of == null || !of.shape().equals(is.shape()) || of.precision() != is.precision()) {
                return new IllegalArgumentException("the gradient is not of this model: " + leaf.getKey() + " is "
                        + is.shape() + " here and " + (of == null ? "missing" : of.shape().toString()) + " there");
            }
        }
        return new IllegalArgumentException("the gradient is not of this model: it has more tensors");
    }

    private static void collect(String name, Object tree, SequencedMap<String, Tensor> leaves) {
        switch (tree) {
            case null -> {}
            case Tensor tensor -> {
                if (leaves.put(name, tensor) != null) {
                    throw new IllegalArgumentException("two tensors of the model are named " + name
                            + ": give the keys of its maps names that stay apart");
                }
            }
            case Record record -> {
                Parts parts = PARTS.get(record.getClass());
                for (int i = 0; i < parts.names.size(); i++) {
                    collect(under(name, parts.names.get(i)), component(parts, record, i), leaves);
                }
            }
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    collect(under(name, Integer.toString(i)), list.get(i), leaves);
                }
            }
            case Map<?, ?> map -> entries(map)
                    .forEach(entry -> collect(under(name, String.valueOf(entry.getKey())), entry.getValue(), leaves));
            case Optional<?> maybe -> maybe.ifPresent(item -> collect(name, item, leaves));
            case Tensor[] tensors -> throw array(tensors.length);
            default -> {}
        }
    }

    private static Object component(Parts parts, Record record, int i) {
        try {
            return parts.accessors.get(i).invoke(record);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalArgumentException("can't read " + parts.names.get(i) + " of " + record.getClass().getName(), e);
        }
    }

    private static String under(String name, String part) {
        return name.isEmpty() ? part : name + "." + part;
    }

    private static Parts parts(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        List<String> names = Stream.of(components).map(RecordComponent::getName).toList();
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            List<MethodHandle> accessors = new ArrayList<>();
            for (RecordComponent component : components) {
                component.getAccessor().setAccessible(true);
                accessors.add(lookup.unreflect(component.getAccessor()));
            }
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return new Parts(names, List.copyOf(accessors), lookup.unreflectConstructor(constructor).asFixedArity());
        } catch (InaccessibleObjectException e) {
            throw new IllegalArgumentException("the model's record " + type.getName() + " is closed: add 'opens "
                    + type.getPackageName() + " to surprisal.autodiff;' to module-info of " + type.getModule().getName(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("can't take the record " + type.getName() + " apart", e);
        }
    }
}
