/** What the papers say: distributions, networks, free energies, partially observed worlds and planners. */
module surprisal.models {
    requires transitive surprisal.autodiff;

    exports surprisal.models;
    exports surprisal.models.agent;
    exports surprisal.models.bayes;
    exports surprisal.models.data;
    exports surprisal.models.dist;
    exports surprisal.models.dynamics;
    exports surprisal.models.env;
    exports surprisal.models.fit;
    exports surprisal.models.latent;
    exports surprisal.models.nn;
    exports surprisal.models.plan;
    exports surprisal.models.pomdp;
    exports surprisal.models.signal;
}
