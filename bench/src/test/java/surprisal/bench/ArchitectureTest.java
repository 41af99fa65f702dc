package surprisal.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
class ArchitectureTest {
    private static final List<String> CHAIN = List.of("kernels", "engine", "autodiff", "models", "bench");

    private static final JavaClasses CLASSES = new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .importPackages("surprisal");

    @Test
    void everyModuleIsSeen() {
        for (String module : CHAIN) {
            String root = "surprisal." + module;
            assertTrue(CLASSES.stream().anyMatch(c -> c.getPackageName().startsWith(root)), "no class of " + root);
        }
    }

    @Test
    void modulesFormOneChain() {
        for (int i = 1; i < CHAIN.size(); i++) {
            String[] above =
                CHAIN.subList(i, CHAIN.size()).stream().map(m -> "surprisal." + m + "..").toArray(String[]::new);
            noClasses().that().resideInAPackage("surprisal." + CHAIN.get(i - 1) + "..")
                .should().dependOnClassesThat().resideInAnyPackage(above)
                .because("kernels ◄ engine ◄ autodiff ◄ models ◄ bench")
                .check(CLASSES);
        }
    }

    @Test
    void insideModelsDistributionsAndNetworksComeFirst() {
        layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true)
            .layer("dist").definedBy("surprisal.models.dist..")
            .layer("nn").definedBy("surprisal.models.nn..")
            .layer("formulas").definedBy("surprisal.models")
            .layer("latent").definedBy("surprisal.models.latent..")
            .layer("signal").definedBy("surprisal.models.signal..")
            .optionalLayer("dynamics").definedBy("surprisal.models.dynamics..")
            .optionalLayer("bayes").definedBy("surprisal.models.bayes..")
            .layer("pomdp").definedBy("surprisal.models.pomdp..")
            .layer("plan").definedBy("surprisal.models.plan..")
            .layer("env").definedBy("surprisal.models.env..")
            .layer("agent").definedBy("surprisal.models.agent..")
            .layer("fit").definedBy("surprisal.models.fit..")
            .whereLayer("dist").mayNotAccessAnyLayer()
            .whereLayer("nn").mayNotAccessAnyLayer()
            .whereLayer("formulas").mayOnlyAccessLayers("dist")
            .whereLayer("plan").mayNotAccessAnyLayer() // a planner knows no kind of belief
            .whereLayer("latent").mayOnlyAccessLayers("formulas", "dist", "nn", "plan")
            .whereLayer("signal").mayOnlyAccessLayers("formulas", "dist", "nn")
            .whereLayer("bayes").mayOnlyAccessLayers("formulas", "dist", "nn", "plan")
            .whereLayer("dynamics").mayOnlyAccessLayers("formulas", "dist", "nn", "plan", "signal", "latent")
            .whereLayer("pomdp").mayOnlyAccessLayers("formulas", "dist", "plan")
            .whereLayer("env").mayOnlyAccessLayers("formulas", "dist", "pomdp")
            .whereLayer("agent").mayOnlyAccessLayers("formulas", "dist", "plan", "pomdp", "env")
            .whereLayer("fit").mayOnlyAccessLayers("formulas", "dist", "plan", "pomdp", "env", "agent")
            .check(CLASSES);
    }

    @Test
    void packagesOfModelsHaveNoCycles() {
        slices().assignedFrom(new PackagesOfModels()).should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyKernelsTouchTheVectorApi() {
        noClasses().that().resideOutsideOfPackage("surprisal.kernels")
            .should().dependOnClassesThat().resideInAPackage("jdk.incubator.vector..")
            .because("the package will move when it leaves incubation, and everything must run without it")
            .check(CLASSES);
    }

    @Test
    void libraryModulesNeedTheJdkAlone() {
        classes().that().resideOutsideOfPackage("surprisal.bench..")
            .should().onlyDependOnClassesThat().resideInAnyPackage("surprisal..", "java..", "jdk.incubator.vector..")
            .check(CLASSES);
    }

    /** One slice per package, the root package `surprisal.models` with its formulas among them. */
    private static final class PackagesOfModels implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass c) {
            String name = c.getPackageName();
            return name.startsWith("surprisal.models") ? SliceIdentifier.of(name) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() { return "packages of surprisal.models"; }
    }
}
