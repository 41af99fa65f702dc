import module surprisal.models;
import static surprisal.models.ExpectedFreeEnergy.*;

void main() {
  Rng rng = new Rng(0);
  TMaze maze = new TMaze();
  Pomdp model = TMaze.model(.02f);                                 // A, B, D
  Tensor C = Categorical.ofLogits(0, 0, 0, 3, -3, 3, -3).probs();  // wins are preferred

  // G(π) = Σ_τ D_KL[Q(o|π) ‖ P(o|C)] + E_Q(s|π)[H[P(o|s)]]
  Objective<Tensor> risk = qs -> risk(qs, model.A(), C);
  Objective<Tensor> ambiguity = qs -> ambiguity(qs, model.A());
  Enumerate planner = new Enumerate(4, 2);

  Tensor qs = model.update(model.D(), maze.reset(rng));
  for (boolean done = false; !done; ) {
    int action = planner.plan(model, risk.plus(ambiguity), qs).best()[0];
    TMaze.Step step = maze.step(action, rng);
    qs = model.update(model.predict(qs, model.action(action)), step.observation());
    done = step.terminated();
    IO.println("went " + List.of("nowhere", "left", "right", "to the cue").get(action) + ", believes " + qs);
  }
}
