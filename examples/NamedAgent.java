import module surprisal.models;

/** A maze said by names. G is risk + ambiguity; the agent asks where the prize is, then goes there. */
void main() {
  FactoredPomdp maze = FactoredPomdp.builder()
      .factor("place", "centre", "left", "right", "cue")
      .factor("prize", "left", "right")
      .action("go", "stay", "left", "right", "cue")
      .modality("hint", "none", "left", "right")
          .given().outcome("none")
          .given("place", "cue", "prize", "left").outcome("left", 0.98).outcome("right", 0.02)
          .given("place", "cue", "prize", "right").outcome("right", 0.98).outcome("left", 0.02)
      .modality("reward", "none", "win", "loss")
          .given().outcome("none")
          .given("place", "left", "prize", "left").outcome("win")
          .given("place", "left", "prize", "right").outcome("loss")
          .given("place", "right", "prize", "right").outcome("win")
          .given("place", "right", "prize", "left").outcome("loss")
      .transition("place").dependsOn("go", "place")
          .given("go", "left").next("left")
          .given("go", "right").next("right")
          .given("go", "cue").next("cue")
          .given("place", "left").next("left")       // what is said last counts: from the arms there is no way back
          .given("place", "right").next("right")
      .initially("place", "centre")
      .prefer("reward", "win", 2).prefer("reward", "loss", -4)
      .build();

  Agent agent = Agent.of(maze).horizon(2).efe(Efe.of(Term.RISK, Term.AMBIGUITY)).gamma(16).build();
  PomdpWorld world = new PomdpWorld(maze);
  Rng rng = new Rng(0);
  int[] seen = world.begin(rng);
  for (int step = 0; step < 2; step++) {
    double[][] qs = agent.observe(seen);
    agent.plan();
    int go = agent.act(rng);
    IO.println("prize on the left: %.2f, F = %.3f nats, goes %s".formatted(
        qs[1][0], agent.freeEnergy(), maze.structure().actions().get(0).values().get(go)));
    seen = world.act(go, rng);
  }
}
