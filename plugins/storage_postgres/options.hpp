// SPDX-License-Identifier: Apache-2.0
// The options of storage_postgres as data, and what they come to.
#pragma once

#include <junctor/host.hpp>

#include "storage_postgres/settings.hpp"
#include "storage_postgres/sql/workers.hpp"
#include "storage_postgres/target.hpp"

namespace junctor::storage::postgres {

constexpr int64_t kHour = 3'600'000'000'000;
constexpr const char* kSslModes[] = {"disable", "prefer", "require", "verify-ca", "verify-full", nullptr};

constexpr auto kHosts = opt::text("hosts", "/run/postgresql")
                            .list()
                            .help(
                                "hosts (with a port of their own as \"db2:5433\") or the directory of a Unix socket; "
                                "tried in order, and the first that takes writes is used");
constexpr auto kPort = opt::count("port", "5432").range(1, 65535).help("of hosts that name none");
constexpr auto kDatabase = opt::text("database", "junctor").help("its name; encoded as UTF8");
constexpr auto kUser = opt::text("user", "junctor").help("the role");
constexpr auto kPassword =
    opt::text("password", "").secret().help("of the role; { file = \"...\" } keeps it elsewhere");
constexpr auto kSchema = opt::text("schema", "junctor").help("what the tables are in; made where the role may do that");
constexpr auto kSslMode =
    opt::choice("ssl_mode", "prefer", kSslModes)
        .help("TLS to the server, as libpq's sslmode; verify-full for a server that is elsewhere");
constexpr auto kCaFile = opt::path("ca_file", "").read_file().help("who signs the server's certificate");
constexpr auto kCertificate = opt::path("certificate", "").read_file().help("of this client, where the server asks");
constexpr auto kKey = opt::path("key", "").read_file().help("of the certificate; 0600");
constexpr auto kConnectTimeout =
    opt::duration("connect_timeout", "5s").range(100'000'000, kHour).help("how long one host may take to let in");
constexpr auto kStatementTimeout = opt::duration("statement_timeout", "30s")
                                       .range(100'000'000, kHour)
                                       .help("how long one statement may run; the server ends it then");
constexpr auto kBackoff = opt::duration("backoff", "200ms")
                              .range(10'000'000, kHour)
                              .help("the first pause between tries where no server answers; it doubles");
constexpr auto kLongestBackoff =
    opt::duration("longest_backoff", "5s").range(10'000'000, kHour).help("the longest of these pauses");
constexpr auto kStartWait = opt::duration("start_wait", "15s")
                                .range(0, kHour)
                                .help("how long a start waits for a server that does not answer yet");
constexpr auto kRetries =
    opt::count("retries", "10").range(0, 1000).help("how often a transaction that met another one is run again");
constexpr auto kQueue = opt::count("queue", "100000")
                            .range(1, 100'000'000)
                            .live()
                            .help("requests that may wait for the server; more are refused");
constexpr auto kQueueSize = opt::size("queue_size", "64MiB")
                                .range(1 << 20, int64_t{1} << 40)
                                .live()
                                .help("memory of what waits; more is refused");
constexpr auto kBatch =
    opt::count("batch", "1000").range(1, 100'000).live().help("writes that share one commit, at most");
constexpr auto kKeepKnown = opt::size("keep_known", "32MiB")
                                .range(0, int64_t{1} << 40)
                                .help("memory of peers for reads while the server is away");
constexpr auto kDatabaseQueue = opt::count("database_queue", "10000")
                                    .range(1, 10'000'000)
                                    .help("works of plugins that may wait for a thread; more are refused");
constexpr auto kDatabaseBatch =
    opt::count("database_batch", "200").range(1, 100'000).help("works that share one commit, at most");
constexpr auto kDatabaseReaders =
    opt::count("database_readers", "2").range(1, 64).help("connections that read tables, each with its thread");

/// These throw Error, whose text names the option.
Target read_target(const Config& config);
Settings read_settings(const Host& host, const Config& config);
SqlSettings read_sql_settings(const Host& host, const Config& config);

}  // namespace junctor::storage::postgres
