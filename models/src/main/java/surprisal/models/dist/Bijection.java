package surprisal.models.dist;

import surprisal.autodiff.Tensor;

/** x = f(z), one to one on vectors, the last axis: a layer of a {@link Flow}. */
public interface Bijection {

    /**
     * x = f(z).
     *
     * @param z [.., n]
     * @return x and log |∂x/∂z|
     */
    Image forward(Tensor z);

    /**
     * z = f⁻¹(x).
     *
     * @param x [.., n]
     * @return z and log |∂z/∂x|
     */
    Image inverse(Tensor x);

    /**
     * Where points went.
     *
     * @param point [.., n]
     * @param logDet log of the absolute determinant of the Jacobian there, [..]
     */
    record Image(Tensor point, Tensor logDet) {}
}
