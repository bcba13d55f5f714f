import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;

/** DeleteTopic BROKERS TOPIC: the topic of a run, which the program itself never deletes. */
public final class DeleteTopic {
  public static void main(String[] args) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
      admin.deleteTopics(List.of(args[1])).all().get(20, TimeUnit.SECONDS);
    }
  }
}
