// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, which has one thread: opening, refusing, reloading and closing. Answers: storage_memory.
#include <doctest/doctest.h>

#include <junctor/plugin.hpp>
#include <junctor/testing/fake_host.hpp>

#include <fstream>

#include "storage_sqlite/test_file.hpp"

namespace junctor::storage {
namespace {

using testing::FakeHost;
using testing::KernelValues;
using testing::PluginUnderTest;

KernelValues in(const TempDir& dir) {
  KernelValues kernel;
  kernel.data_dir = dir.path().string();
  return kernel;
}

TEST_CASE("the plugin opens the stock name in the data directory and leaves one file") {
  TempDir dir;
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1(), {}, in(dir)};
  plugin.start();
  CHECK(host.last_line("storage.opened").text().find(dir.file()) != std::string::npos);
  CHECK(plugin.service_self("storage/1") != nullptr);
  host.advance(std::chrono::seconds{1});
  CHECK(host.metric("limit", "limit=queue") == 100'000);
  plugin.reload({{"queue", "10"}, {"busy_timeout", "1s"}, {"cache", "1MiB"}, {"batch", "1"}});
  host.advance(std::chrono::seconds{1});
  CHECK(host.metric("limit", "limit=queue") == 10);
  CHECK(host.metric("limit_used", "limit=queue") == 0);
  plugin.finish();
  CHECK(std::filesystem::exists(dir.file()));
  CHECK_FALSE(std::filesystem::exists(dir.file() + "-wal"));
  CHECK(host.complaints().empty());
}

TEST_CASE("a file that is no database refuses the start with its name and the mend") {
  TempDir dir;
  std::ofstream{dir.file()} << std::string(4096, 'g');
  FakeHost host;
  try {
    PluginUnderTest plugin{host, junctor_plugin_v1(), {}, in(dir)};
    FAIL("it was created");
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK(text.find(dir.file() + ": file is not a database") != std::string::npos);
    CHECK(text.find("restore a backup") != std::string::npos);
  }
}

}  // namespace
}  // namespace junctor::storage
