package surprisal.models.data;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The items of an iterator, made ahead of their use by one thread of their own and kept in a queue of limited length: the same items in
 * the same order. What the iterator draws at random has to come from an {@link surprisal.engine.Rng} that nobody else uses meanwhile,
 * such as one that was split off before.
 *
 * @param <T> an item: a batch
 */
public final class Prefetch<T> implements Iterator<T>, AutoCloseable {

    /** What passes through the queue: an item, the end, or what went wrong. */
    private sealed interface Message<T> {}

    private record Item<T>(T value) implements Message<T> {}

    private record End<T>() implements Message<T> {}

    private record Failed<T>(Throwable problem) implements Message<T> {}

    private final BlockingQueue<Message<T>> queue;
    private final Thread thread;
    private Message<T> next;

    /**
     * Starts to make items.
     *
     * @param ahead how many may wait
     * @param source makes them, and is used by no one else until this is closed
     * @throws IllegalArgumentException unless ahead ≥ 1
     */
    public Prefetch(int ahead, Iterator<? extends T> source) {
        if (ahead < 1) {
            throw new IllegalArgumentException("prefetch of " + ahead + " items: it takes at least 1");
        }
        queue = new ArrayBlockingQueue<>(ahead);
        thread = Thread.ofPlatform().daemon().name("surprisal-prefetch").start(() -> fill(source));
    }

    private void fill(Iterator<? extends T> source) {
        try {
            Message<T> last = new End<>();
            try {
                while (source.hasNext() && !Thread.currentThread().isInterrupted()) {
                    queue.put(new Item<>(source.next()));
                }
            } catch (RuntimeException | Error e) {
                last = new Failed<>(e);
            }
            queue.put(last);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed: nobody waits for more
        }
    }

    /**
     * Whether there is another item; waits until that is known.
     *
     * @return not at the end
     * @throws IllegalStateException if the thread that waits is interrupted
     */
    @Override
    public boolean hasNext() {
        if (next == null) {
            try {
                next = queue.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for the next item", e);
            }
        }
        return !(next instanceof End);
    }

    /**
     * The next item.
     *
     * @return what the source made
     * @throws NoSuchElementException at the end
     */
    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("there are no more items");
        }
        return switch (next) {
            case Item<T>(T value) -> {
                next = null;
                yield value;
            }
            case Failed<T>(Error problem) -> throw problem;
            case Failed<T>(Throwable problem) -> throw (RuntimeException) problem;
            case End<T>() -> throw new AssertionError();
        };
    }

    /** Makes no more items; returns when the thread has ended. */
    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
