// SPDX-License-Identifier: Apache-2.0
// Transactions of database/1 on a PostgreSQL connection. The thread of the connection.
#include "storage_postgres/sql/session.hpp"

#include <junctor/sql_dialect.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

#include "storage_postgres/schema.hpp"

namespace junctor::storage::postgres {
namespace {

constexpr size_t kMaxStatements = 512;  // kept prepared, of each connection
constexpr const char* kSavepoint = "SAVEPOINT work";
constexpr const char* kBack = "ROLLBACK TO SAVEPOINT work";
constexpr const char* kRelease = "RELEASE SAVEPOINT work";

// pg_type.dat; fixed for ever.
constexpr Oid kBool = 16, kInt2 = 21, kInt4 = 23, kFloat4 = 700, kFloat8 = 701, kNumeric = 1700;

/// What a plugin's own mistake or a constraint is told as; JCT_E_IO for what the operator has to mend.
jct_status status_of(std::string_view state, bool reads) {
  const auto in = [&](std::string_view prefix) { return state.starts_with(prefix); };
  if (in("23505")) return JCT_E_EXISTS;
  if (in("23") || in("P0001")) return JCT_E_MISMATCH;
  if (in("40")) return JCT_E_AGAIN;
  if (in("57014")) return JCT_E_TIMEOUT;
  if (in("42501")) return JCT_E_IO;
  if (in("25006")) return reads ? JCT_E_ARG : JCT_E_IO;
  for (const char* mistake : {"0A", "08P01", "21", "22", "26", "42", "54"}) {
    if (in(mistake)) return JCT_E_ARG;
  }
  return JCT_E_IO;
}

char letter_of(uint32_t kind) {
  return kind == JCT_SQL_INT ? 'i' : kind == JCT_SQL_TEXT ? 't' : kind == JCT_SQL_BLOB ? 'b' : 'n';
}

std::vector<Oid> types_of(const std::vector<jct_sql_value>& parameters) {
  std::vector<Oid> types;
  for (const jct_sql_value& value : parameters) {
    switch (value.kind) {
      case JCT_SQL_INT:
        types.push_back(kInt8);
        break;
      case JCT_SQL_TEXT:
        types.push_back(kText);
        break;
      case JCT_SQL_BLOB:
        types.push_back(kBytea);
        break;
      default:
        types.push_back(kText);  // stands nowhere in the statement: with_nulls
    }
  }
  return types;
}

std::string_view data_of(const jct_sql_value& value) {
  return {reinterpret_cast<const char*>(value.data.data), static_cast<size_t>(value.data.size)};
}

Values values_of(const std::vector<jct_sql_value>& parameters) {
  Values values;
  for (const jct_sql_value& value : parameters) {
    switch (value.kind) {
      case JCT_SQL_INT:
        values.number(value.integer);
        break;
      case JCT_SQL_TEXT:
      case JCT_SQL_BLOB:
        values.blob(data_of(value));
        break;
      default:
        values.null();
    }
  }
  return values;
}

/// A statement whose parameters that are NULL are the word: PostgreSQL finds a type for each place of a word, but one
/// for all places of a parameter, which it refuses where they differ ("?1 IS NULL OR age = ?1"). Nothing where the
/// statement has other parameters than were given.
std::optional<std::string> with_nulls(std::string_view sql, const std::vector<jct_sql_value>& parameters) {
  std::string out;
  size_t highest = 0;
  for (size_t at = 0; at < sql.size();) {
    size_t number = 0;
    size_t end = at + 1;
    while (sql[at] == '?' && end < sql.size() && sql[end] >= '0' && sql[end] <= '9' && number <= parameters.size()) {
      number = number * 10 + static_cast<size_t>(sql[end++] - '0');
    }
    if (number > parameters.size()) return std::nullopt;
    highest = std::max(highest, number);
    const bool null = number > 0 && parameters[number - 1].kind == JCT_SQL_NULL;
    out += null ? std::string_view{"NULL"} : sql.substr(at, end - at);
    at = end;
  }
  if (highest != parameters.size()) return std::nullopt;
  return out;
}

bool fits(const jct_sql_value& value) {
  return value.kind <= JCT_SQL_BLOB && (value.kind != JCT_SQL_TEXT || is_sql_text(data_of(value)));
}

int nibble(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

/// "\x" and two digits a byte.
void decode_hex(std::string_view text, std::string& out) {
  out.clear();
  for (size_t at = 2; at + 1 < text.size(); at += 2) {
    out.push_back(static_cast<char>(nibble(text[at]) << 4 | nibble(text[at + 1])));
  }
}

/// Of what counts in SQL: whole numbers, and of others what stands before the point.
int64_t whole(std::string_view text) {
  if (text == "t") return 1;
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_number(Oid type) {
  for (const Oid one : {kInt8, kInt4, kInt2, kBool, kNumeric, kFloat8, kFloat4}) {
    if (type == one) return true;
  }
  return false;
}

}  // namespace

/// What a work holds; `lost` is the first thing that went wrong, after which nothing more is tried.
struct SqlSession::Transaction : jct_transaction {
  SqlSession* session;
  std::string_view prefix;
  jct_status lost = JCT_OK;
  bool inside = false;  // a statement runs: its row callback may not run another
  bool again = false;
  std::optional<Fault> fault;
  bool gone = false;  // the connection is
};

void SqlSession::begin() {
  controls_.push_back(kind_ == Kind::kWrite ? "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
                                            : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  begun_ = false;
}

SqlSession::Outcome SqlSession::run(const jct_sql_work& work, std::string_view prefix, bool apart) {
  if (apart) controls_.push_back(kSavepoint);
  Transaction transaction{};
  transaction.size = sizeof(jct_transaction);
  transaction.exec = &exec;
  transaction.session = this;
  transaction.prefix = prefix;
  const jct_status answer = work.run(work.self, &transaction);
  if (transaction.gone) throw ConnectionLost{*transaction.fault};
  Outcome outcome{transaction.lost != JCT_OK ? transaction.lost : answer, std::move(transaction.fault),
                  transaction.again};
  if (!apart) return outcome;
  if (!controls_.empty() && controls_.back() == kSavepoint) {
    controls_.pop_back();  // the work has asked for nothing
    return outcome;
  }
  if (outcome.status < 0) controls_.push_back(kBack);
  controls_.push_back(kRelease);
  return outcome;
}

SqlSession::Outcome SqlSession::commit(bool& committing) {
  if (!begun_) {
    controls_.clear();
    return {};
  }
  send_controls();
  connection_.queue("COMMIT");
  committing = true;
  connection_.sync();
  take_controls();
  const Answer answer = connection_.next();
  connection_.finish();
  begun_ = false;
  if (answer.ok() && answer.tag() == "COMMIT") return {};
  if (answer.ok()) return {JCT_E_IO, Fault{"error", "PostgreSQL took the transaction back"}, false};
  const jct_status status = status_of(answer.state(), false);
  return {status == JCT_E_AGAIN ? status : JCT_E_IO,
          describe_error(connection_.target(), answer.state(), answer.message()), status == JCT_E_AGAIN};
}

void SqlSession::roll_back() {
  controls_.clear();
  if (!std::exchange(begun_, false)) return;
  connection_.queue("ROLLBACK");
  connection_.sync();
  connection_.next();
  connection_.finish();
}

void SqlSession::send_controls() {
  for (const char* control : controls_) connection_.queue(control);
}

/// One that fails has lost the transaction, and nobody knows why: so has the connection.
void SqlSession::take_controls() {
  for (size_t i = std::exchange(controls_, {}).size(); i > 0; --i) {
    const Answer answer = connection_.next();
    if (answer.ok()) continue;
    throw ConnectionLost{describe_error(connection_.target(), answer.state(), answer.message())};
  }
  begun_ = true;
}

std::string SqlSession::key_of(std::string_view prefix, std::string_view sql,
                               const std::vector<jct_sql_value>& parameters) const {
  std::string key{prefix};
  key += ':';
  for (const jct_sql_value& value : parameters) key += letter_of(value.kind);
  key += ':';
  return key.append(sql);
}

/// Sends what is due, the statement's making where it is not prepared yet, and the statement. Nothing where a token or
/// a parameter is wrong.
std::optional<Answer> SqlSession::ask(std::string_view prefix, std::string_view sql,
                                      const std::vector<jct_sql_value>& parameters) {
  const std::string key = key_of(prefix, sql, parameters);
  const auto known = statements_.find(key);
  const bool is_new = known == statements_.end();
  std::string expanded;
  if (is_new) {
    const auto whole = with_nulls(sql, parameters);
    if (whole) expanded = expand_sql(*whole, prefix, kWords);
    if (expanded.empty()) return std::nullopt;
  }
  const std::string name = is_new ? "s" + std::to_string(++names_) : known->second;
  if (is_new && statements_.size() >= kMaxStatements) {
    statements_.clear();
    controls_.push_back("DEALLOCATE ALL");
  }
  send_controls();
  if (is_new) connection_.queue_prepare(name, expanded, types_of(parameters));
  Values values = values_of(parameters);
  connection_.queue_prepared(name, values, false);
  connection_.sync();
  take_controls();
  std::optional<Answer> unprepared;
  if (is_new) unprepared = connection_.next();
  Answer answer = connection_.next();
  connection_.finish();
  if (unprepared && !unprepared->ok()) return std::move(*unprepared);
  if (is_new) statements_.emplace(key, name);
  return answer;
}

void SqlSession::refused(Transaction& transaction, const Answer& answer, std::string_view key) {
  const std::string_view state = answer.state();
  transaction.lost = status_of(state, kind_ == Kind::kRead);
  transaction.again = transaction.lost == JCT_E_AGAIN;
  if (state == "0A000" || state == "26000") {
    // Tables have changed since it was prepared, or somebody between has lost it.
    transaction.again = statements_.erase(std::string{key}) == 1;
  }
  const bool told = transaction.lost == JCT_E_IO || transaction.lost == JCT_E_ARG || transaction.lost == JCT_E_TIMEOUT;
  if (told && !transaction.again) {
    transaction.fault = describe_error(connection_.target(), state, answer.message());
  }
}

jct_status SqlSession::exec(const jct_transaction* raw, jct_str sql, const jct_sql_value* parameters, uint64_t count,
                            jct_sql_row_fn row, void* self, uint64_t* changed) noexcept {
  auto& transaction = *const_cast<Transaction*>(static_cast<const Transaction*>(raw));
  if (transaction.lost != JCT_OK || transaction.inside) return JCT_E_STATE;
  transaction.inside = true;
  SqlSession& session = *transaction.session;
  if (changed != nullptr) *changed = 0;
  try {
    const std::string_view text{sql.data, static_cast<size_t>(sql.size)};
    const std::vector<jct_sql_value> values{parameters, parameters + count};
    const bool good = count <= UINT16_MAX && std::all_of(values.begin(), values.end(), &fits);
    const std::optional<Answer> answer = good ? session.ask(transaction.prefix, text, values) : std::nullopt;
    if (!answer) {
      transaction.lost = JCT_E_ARG;
    } else if (!answer->ok()) {
      session.refused(transaction, *answer, session.key_of(transaction.prefix, text, values));
    } else if (!session.connection_.in_transaction()) {
      throw ConnectionLost{{"error", "a work has ended its transaction by itself"}};
    } else {
      if (changed != nullptr) *changed = answer->changed();
      if (row != nullptr) session.give_rows(*answer, row, self);
    }
  } catch (const ConnectionLost& error) {
    transaction.lost = JCT_E_IO;
    transaction.fault = error.fault();
    transaction.gone = true;
  } catch (const std::exception& error) {  // no memory: what is on its way to the server is not known
    transaction.lost = JCT_E_NO_MEMORY;
    transaction.fault = Fault{"error", error.what()};
    transaction.gone = true;
  }
  transaction.inside = false;
  return transaction.lost;
}

void SqlSession::give_rows(const Answer& answer, jct_sql_row_fn row, void* self) const {
  const auto columns = static_cast<size_t>(answer.columns());
  std::vector<jct_sql_value> values(columns);
  std::vector<std::string> blobs(columns);
  for (int i = 0; i < answer.rows(); ++i) {
    for (size_t column = 0; column < columns; ++column) {
      const int at = static_cast<int>(column);
      const Oid type = answer.type(at);
      std::string_view text = answer.bytes(i, at);
      if (answer.null(i, at)) {
        values[column] = {JCT_SQL_NULL, 0, 0, {}};
      } else if (is_number(type)) {
        values[column] = {JCT_SQL_INT, 0, whole(text), {}};
      } else {
        if (type == kBytea) {
          decode_hex(text, blobs[column]);
          text = blobs[column];
        }
        values[column] = {type == kBytea ? JCT_SQL_BLOB : JCT_SQL_TEXT,
                          0,
                          0,
                          {reinterpret_cast<const uint8_t*>(text.data()), text.size()}};
      }
    }
    if (row(self, values.data(), values.size()) < 0) return;
  }
}

}  // namespace junctor::storage::postgres
