// SPDX-License-Identifier: Apache-2.0
// One connection to a PostgreSQL server, in libpq's pipeline mode: statements are queued, one sync sends them, answers
// come in order. It waits with poll and a deadline, never for ever. Lives on the thread that made it.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage_postgres/fault.hpp"
#include "storage_postgres/target.hpp"

namespace junctor::storage::postgres {

/// Types that parameters are declared with (pg_type.dat; fixed for ever).
inline constexpr Oid kInt8 = 20, kText = 25, kBytea = 17;

/// Parameters of one statement: views that must live until it was queued. Numbers are kept here.
class Values {
 public:
  Values& text(std::string_view value);
  Values& blob(std::string_view value);
  Values& number(int64_t value);
  Values& null();

  int size() const { return static_cast<int>(lengths_.size()); }
  /// Where they are now; good until the next change.
  const char* const* pointers();
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void add(const char* data, size_t size, int format);

  std::vector<const char*> pointers_;
  std::vector<int> lengths_, formats_;
  std::vector<std::string> owned_;  // texts want a NUL at their end, numbers are texts
  std::vector<int> owner_;          // index into owned_, -1 for a view
};

/// What a statement answered.
class Answer {
 public:
  explicit Answer(PGresult* result) : result_{result} {}

  bool ok() const;
  /// Not tried, since one before it in the same pipeline failed.
  bool skipped() const { return PQresultStatus(result_.get()) == PGRES_PIPELINE_ABORTED; }
  /// The end of what one sync sent.
  bool at_end() const { return PQresultStatus(result_.get()) == PGRES_PIPELINE_SYNC; }
  std::string_view state() const;  // SQLSTATE; empty where there is none
  std::string message() const { return PQresultErrorMessage(result_.get()); }
  int rows() const { return PQntuples(result_.get()); }
  int columns() const { return PQnfields(result_.get()); }
  Oid type(int column) const { return PQftype(result_.get(), column); }
  bool null(int row, int column) const { return PQgetisnull(result_.get(), row, column) == 1; }
  std::string_view bytes(int row, int column) const;
  /// Of a column in text format.
  int64_t number(int row, int column) const;
  /// Rows inserted, changed or deleted; 0 for what only reads.
  uint64_t changed() const;
  std::string_view tag() const { return PQcmdStatus(result_.get()); }

 private:
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

/// The connection is gone, or the server says nothing any more. What was asked without an answer may have happened.
class ConnectionLost : public DatabaseError {
 public:
  using DatabaseError::DatabaseError;
};

class Connection {
 public:
  /// Called every few milliseconds while a connection is being made; false gives up.
  using GoOn = std::function<bool()>;

  /// To the first place that takes writes, ready for use: encoding, schema, durability, timeouts. Throws DatabaseError,
  /// of several places the fault that says most.
  static std::unique_ptr<Connection> open(const Target& target, const GoOn& go_on);

  ~Connection() { PQfinish(raw_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Each of these throws ConnectionLost.
  /// Queues a statement that is not prepared and has no parameters.
  void queue(const char* sql);
  void queue_prepare(const std::string& name, const std::string& sql, const std::vector<Oid>& types);
  /// `binary`: the answer's columns come as bytes, else as text.
  void queue_prepared(const std::string& name, Values& values, bool binary);
  /// Sends what is queued; answers() then has as many answers as were queued.
  void sync();
  /// The next answer, in order.
  Answer next();
  /// The end of what one sync sent. After it the pipeline works again even if a statement of it failed.
  void finish();

  /// One statement, sent and answered. Throws DatabaseError where it is refused.
  Answer run(const std::string& sql, const std::vector<std::string>& parameters = {});
  /// Without waiting: whether the server has closed it meanwhile.
  bool seems_gone();

  bool in_transaction() const { return PQtransactionStatus(raw_) != PQTRANS_IDLE; }

  const Place& place() const { return place_; }
  const Target& target() const { return target_; }
  int server_version() const { return PQserverVersion(raw_); }
  bool encrypted() const { return PQsslInUse(raw_) == 1; }
  /// As the server has said it: "off" of fsync means that a crash of its host loses what was acknowledged.
  bool server_is_durable() const { return durable_; }
  [[noreturn]] void refuse(const Answer& answer) const;

 private:
  Connection(const Target& target, const Place& place) : target_{target}, place_{place} {}

  void connect(const GoOn& go_on);
  void prepare_for_use();
  void flush();
  void wait(int events);
  Answer next_raw();
  void patience_begins();
  [[noreturn]] void lost();

  const Target target_;
  const Place place_;
  PGconn* raw_ = nullptr;
  std::chrono::steady_clock::time_point deadline_{};
  bool durable_ = true;
};

}  // namespace junctor::storage::postgres
