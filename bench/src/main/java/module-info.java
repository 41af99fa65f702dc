/** The workbench: the command line, its experiments and reports, and measurements beside peers. */
@SuppressWarnings("requires-automatic")
module surprisal.bench {
    requires java.management;
    requires surprisal.models;
    requires info.picocli;
    requires jmh.core;
    requires me.tongfei.progressbar;

    opens surprisal.bench.cases to surprisal.autodiff;
    opens surprisal.bench.experiments to surprisal.autodiff;
    opens surprisal.bench.cli to info.picocli;
}
