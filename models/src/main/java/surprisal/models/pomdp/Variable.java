package surprisal.models.pomdp;

import java.util.AbstractList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/**
 * Something that takes one of finitely many values: a hidden-state factor, an outcome modality, or an action.
 *
 * @param name what it is called
 * @param values the names of its values, in the order of their numbers
 */
public record Variable(String name, List<String> values) {

    /**
     * A variable.
     *
     * @throws IllegalArgumentException if the name is blank, there is no value, or two values have one name
     */
    public Variable {
        values = values instanceof Numbers ? values : List.copyOf(values);
        if (name.isBlank()) {
            throw new IllegalArgumentException("a variable with the values " + values + " has a blank name: name it");
        }
        if (values.isEmpty()) {
            throw new IllegalArgumentException(name + " has no values: it takes at least one");
        }
        if (!(values instanceof Numbers) && new HashSet<>(values).size() < values.size()) {
            throw new IllegalArgumentException(name + " has two values of one name among " + values);
        }
    }

    /**
     * A variable.
     *
     * @param name what it is called
     * @param values the names of its values
     * @return the variable
     * @throws IllegalArgumentException if the name is blank, there is no value, or two values have one name
     */
    public static Variable of(String name, String... values) {
        return new Variable(name, List.of(values));
    }

    /**
     * A variable whose values are called 0, 1, 2 … It takes no memory for them: a size may be a claim that nothing bears out.
     *
     * @param name what it is called
     * @param size how many values it has
     * @return the variable
     * @throws IllegalArgumentException if the name is blank or the size less than 1
     */
    public static Variable of(String name, int size) {
        return new Variable(name, new Numbers(size));
    }

    /** 0, 1, 2 … in words, each made when it is asked for. */
    private static final class Numbers extends AbstractList<String> {
        private final int size;

        Numbers(int size) {
            this.size = Math.max(size, 0);
        }

        @Override
        public String get(int index) {
            return Integer.toString(Objects.checkIndex(index, size));
        }

        @Override
        public int size() {
            return size;
        }
    }

    /**
     * How many values it has.
     *
     * @return at least 1
     */
    public int size() {
        return values.size();
    }

    /**
     * The number of a value.
     *
     * @param value its name
     * @return 0 … size − 1
     * @throws IllegalArgumentException if there is no such value
     */
    public int index(String value) {
        int index = values.indexOf(value);
        if (index < 0) {
            throw new IllegalArgumentException(name + " has no value " + value + ": it has " + values);
        }
        return index;
    }
}
