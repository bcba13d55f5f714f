import static java.util.stream.Collectors.toList;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import tallyhouse.ApiClient;
import tallyhouse.ApiException;
import tallyhouse.api.EntriesApi;
import tallyhouse.api.NamesApi;
import tallyhouse.api.StatisticsApi;
import tallyhouse.api.StockApi;
import tallyhouse.model.Accepted;
import tallyhouse.model.Direction;
import tallyhouse.model.Entry;
import tallyhouse.model.FoundId;
import tallyhouse.model.NameOf;
import tallyhouse.model.Problem;
import tallyhouse.model.RecordedItem;
import tallyhouse.model.StatisticsRow;
import tallyhouse.model.StockItem;

/** What dev/prove/client.sh published, read by nothing but the generated client in Java: Read URL. The same as read.ts. */
public final class Read {
  private static final long LARGEST = (1L << 53) - 1;
  private static final String FROM = "2025-03-10";
  private static final String TO = "2025-03-11";

  private interface Call<A> {
    A of(String cursor) throws ApiException;
  }

  private static void is(Object found, Object wanted, String what) {
    if (!Objects.equals(found, wanted)) throw new AssertionError(what + ": " + found + ", not " + wanted);
  }

  private static void told(String what) {
    System.out.println("Java: " + what);
  }

  /** Asks page by page. */
  private static <P, I> List<I> all(Call<P> ask, Function<P, List<I>> items, Function<P, String> next, int pages) throws ApiException {
    List<I> found = new ArrayList<>();
    String cursor = null;
    int asked = 0;
    do {
      P page = ask.of(cursor);
      found.addAll(items.apply(page));
      cursor = next.apply(page);
      asked += 1;
    } while (cursor != null && asked < 100);
    is(asked, pages, "pages");
    return found;
  }

  private static Entry entry(long quantity, Direction direction, int line) {
    return new Entry().productId("apple").quantity(quantity).drcr(direction).companyId("company").warehouseId("north")
        .billId("JAVA-1").lineNo(line).createTime("2025-03-12 10:00:00");
  }

  private static void becomes(StockApi stock, long wanted) throws Exception {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!Objects.equals(stock.stock("north", "apple", null, null).getItems().get(0).getStock(), wanted)) {
      if (System.nanoTime() > end) throw new AssertionError("the stock does not become " + wanted + " within 20 s");
      Thread.sleep(100);
    }
  }

  private static Problem problem(ApiClient client, Call<?> call) throws Exception {
    try {
      call.of(null);
    } catch (ApiException error) {
      is(error.getCode(), 422, "status");
      return client.getObjectMapper().readValue(error.getResponseBody(), Problem.class);
    }
    throw new AssertionError("what is wrong is taken");
  }

  private static List<String> faults(Problem it) {
    List<String> faults = it.getErrors().stream()
        .map(fault -> (fault.getLine() == null ? "" : "line " + fault.getLine() + ", ") + fault.getField() + ": " + fault.getCode() + ", " + fault.getMessage())
        .collect(toList());
    faults.forEach(fault -> told("422: " + fault));
    return faults;
  }

  public static void main(String[] args) throws Exception {
    ApiClient client = new ApiClient();
    client.updateBaseUri(args[0]);
    StockApi stock = new StockApi(client);
    EntriesApi entries = new EntriesApi(client);

    List<StockItem> items = all(cursor -> stock.stock(null, null, 2, cursor), page -> page.getItems(), page -> page.getNextCursor(), 4);
    is(items.stream().map(it -> it.getWarehouseId() + "/" + it.getProductId()).collect(toList()),
        List.of("north/apple", "north/pear", "south/apple", "south/steel", "vault/debt", "vault/grain", "华东仓/苹果 +&%"), "keys");
    is(items.stream().map(StockItem::getStock).collect(toList()), List.of(70L, 3L, -3L, 6_442_450_941L, -LARGEST, LARGEST, 8L), "stock");
    is(stock.stock("华东仓", "苹果 +&%", null, null).getItems().stream().map(StockItem::getStock).collect(toList()), List.of(8L), "one stock");
    told(items.size() + " stocks, up to " + items.get(5).getStock());

    is(new NamesApi(client).findIds(NameOf.PRODUCT, "app").getItems().stream().map(FoundId::getId).collect(toList()), List.of("apple"), "ids");

    StatisticsApi statistics = new StatisticsApi(client);
    List<StatisticsRow> rows = all(cursor -> statistics.statistics(FROM, TO, "warehouse,product", null, null, null, null, null, 3, cursor),
        page -> {
          is(Arrays.asList(page.getTotal().getOpening(), page.getTotal().getIn(), page.getTotal().getOut(), page.getTotal().getAdjust(),
              page.getTotal().getClosing(), page.getTotal().getEntries()), List.of(0L, 6_442_451_058L, 42L, 3L, 6_442_451_019L, 14L), "total");
          return page.getRows();
        }, page -> page.getNextCursor(), 3);
    is(rows.stream().map(StatisticsRow::getClosing).collect(toList()), List.of(70L, 3L, -3L, 6_442_450_941L, -2L, 2L, 8L), "closing");
    told(rows.size() + " rows of statistics, in " + rows.stream().mapToLong(StatisticsRow::getIn).sum());

    List<RecordedItem> records = all(cursor -> entries.records(FROM, TO, null, null, null, null, null, null, null, 5, cursor),
        page -> page.getItems(), page -> page.getNextCursor(), 3);
    is(records.stream().mapToLong(it -> it.getQuantity() * it.getDrcr()).sum(), 6_442_451_019L, "net");
    is(entries.records(FROM, TO, List.of("vault", "华东仓"), null, null, null, null, null, null, null, null).getItems().size(), 5, "records of two warehouses");
    told(records.size() + " records");

    is(entries.sendEntries(List.of(entry(11, Direction.NUMBER_1, 1))), new Accepted().accepted(1).recorded(0), "sent");
    becomes(stock, 81);
    is(entries.sendEntries(List.of(entry(11, Direction.NUMBER_1, 1), entry(11, Direction.NUMBER_MINUS_1, 2))), new Accepted().accepted(1).recorded(1), "sent again");
    becomes(stock, 70);
    told("an entry is sent, counts once, and is taken back");

    Problem wrong = problem(client, none -> entries.sendEntries(List.of(entry(0, Direction.NUMBER_1, 3), entry(1, Direction.NUMBER_1, 4).productId(""))));
    is(wrong.getCode(), "invalid_input", "code");
    is(faults(wrong), List.of("line 1, quantity: invalid, is not between 1 and 2147483647", "line 2, product_id: invalid, is empty"), "faults");
    is(faults(problem(client, none -> stock.stock(null, null, 0, null))), List.of("limit: not_between, is no number from 1 to 1,000"), "faults");
  }
}
