package ffigates;

import java.util.List;
import java.util.Properties;
import javax.inject.Named;
import javax.inject.Singleton;
import org.apache.maven.AbstractMavenLifecycleParticipant;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.model.Dependency;
import org.apache.maven.model.Plugin;
import org.apache.maven.model.PluginExecution;
import org.apache.maven.project.MavenProject;
import org.codehaus.plexus.util.xml.Xpp3Dom;

/**
 * A Maven extension ({@code -Dmaven.ext.class.path}) that lets old projects run on the JUnit Platform, which reports
 * progress, with an unchanged pom. Tests of JUnit 4 get the vintage engine, a surefire older than the platform is replaced
 * by a newer one, and Java levels that this JDK no longer compiles are raised to the oldest that it does.
 */
@Named("ffi-gates")
@Singleton
public final class Platform extends AbstractMavenLifecycleParticipant {
  private static final String OLDEST = "8";

  @Override
  public void afterProjectsRead(MavenSession session) {
    for (MavenProject project : session.getProjects()) {
      raiseSurefire(project);
      raiseLevel(project);
      addVintage(project.getDependencies());
    }
  }

  private static Plugin plugin(MavenProject project, String name) {
    Plugin found = project.getPlugin("org.apache.maven.plugins:maven-" + name + "-plugin");
    if (found != null) return found;
    Plugin made = new Plugin();
    made.setArtifactId("maven-" + name + "-plugin");
    project.getBuild().addPlugin(made);
    project.getBuild().flushPluginMap();
    return made;
  }

  private static void raiseSurefire(MavenProject project) {
    Plugin surefire = plugin(project, "surefire");
    if (surefire.getVersion() != null && !isBelow(surefire.getVersion(), 2, 22)) return;
    surefire.setVersion("3.5.2");
    surefire.getDependencies().clear(); // providers of the old version
  }

  private static void raiseLevel(MavenProject project) {
    Plugin compiler = plugin(project, "compiler");
    raise((Xpp3Dom) compiler.getConfiguration());
    for (PluginExecution e : compiler.getExecutions()) raise((Xpp3Dom) e.getConfiguration());
    Properties properties = project.getProperties();
    for (String key : List.of("maven.compiler.source", "maven.compiler.target")) {
      String level = properties.getProperty(key);
      if (level == null ? !properties.containsKey("maven.compiler.release") : isOld(level)) properties.setProperty(key, OLDEST);
    }
  }

  private static void raise(Xpp3Dom configuration) {
    if (configuration == null) return;
    for (String key : List.of("source", "target", "testSource", "testTarget")) {
      Xpp3Dom level = configuration.getChild(key);
      if (level != null && level.getValue() != null && isOld(level.getValue().trim())) level.setValue(OLDEST);
    }
  }

  private static boolean isOld(String level) {
    return level.matches("(?:1\\.)?[1-7]");
  }

  /** Whether {@code version} is older than {@code major.minor}. A version that is no number counts as new. */
  private static boolean isBelow(String version, int major, int minor) {
    String[] parts = version.split("[^0-9]+");
    if (parts.length < 2 || parts[0].isEmpty()) return false;
    int first = Integer.parseInt(parts[0]);
    return first < major || (first == major && Integer.parseInt(parts[1]) < minor);
  }

  private static void addVintage(List<Dependency> dependencies) {
    if (dependencies.stream().anyMatch(d -> d.getGroupId().startsWith("org.junit."))) return;
    for (Dependency d : dependencies) {
      if (!d.getGroupId().equals("junit") || !d.getArtifactId().equals("junit")) continue;
      if (isBelow(d.getVersion(), 4, 12)) d.setVersion("4.13.2");
      Dependency vintage = new Dependency();
      vintage.setGroupId("org.junit.vintage");
      vintage.setArtifactId("junit-vintage-engine");
      vintage.setVersion("5.11.4");
      vintage.setScope("test");
      dependencies.add(vintage);
      return;
    }
  }
}
