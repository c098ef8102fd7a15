// SPDX-License-Identifier: Apache-2.0
// Transactions of database/1 on one connection, with its prepared statements. What begins and ends them travels with
// the statements of the works: a work of n statements costs n round trips. Lives on the connection's thread.
#pragma once

#include <junctor/service/database.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage_postgres/connection.hpp"

namespace junctor::storage::postgres {

class SqlSession {
 public:
  enum class Kind { kWrite, kRead };

  SqlSession(Connection& connection, Kind kind) : connection_{connection}, kind_{kind} {}

  /// What a transaction's work came to. `fault` where the database itself failed. `again`: another transaction stood
  /// against it, or a parameter's type had to be learned: all that the transaction did is to be taken back and run
  /// again.
  struct Outcome {
    jct_status status = JCT_OK;
    std::optional<Fault> fault;
    bool again = false;
  };

  // Each throws ConnectionLost.
  void begin();
  /// Runs one work. `apart`: between savepoints, so that a negative outcome leaves what the works before it did;
  /// without, a negative outcome is followed by roll_back.
  Outcome run(const jct_sql_work& work, std::string_view prefix, bool apart);
  /// Makes it durable. A negative outcome: nothing of it was stored. `committing`: the commit was on its way.
  Outcome commit(bool& committing);
  void roll_back();

 private:
  struct Transaction;

  static jct_status exec(const jct_transaction* raw, jct_str sql, const jct_sql_value* parameters, uint64_t count,
                         jct_sql_row_fn row, void* self, uint64_t* changed) noexcept;
  std::optional<Answer> ask(std::string_view prefix, std::string_view sql,
                            const std::vector<jct_sql_value>& parameters);
  void give_rows(const Answer& answer, jct_sql_row_fn row, void* self) const;
  std::string key_of(std::string_view prefix, std::string_view sql, const std::vector<jct_sql_value>& parameters) const;
  void refused(Transaction& transaction, const Answer& answer, std::string_view key);
  void send_controls();
  void take_controls();

  Connection& connection_;
  const Kind kind_;
  std::vector<const char*> controls_;                        // not sent yet
  bool begun_ = false;                                       // the server knows of the transaction
  std::unordered_map<std::string, std::string> statements_;  // names of prepared ones, by prefix, types and text
  uint64_t names_ = 0;
};

}  // namespace junctor::storage::postgres
