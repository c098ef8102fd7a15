// SPDX-License-Identifier: Apache-2.0
// What is no usable file is refused before it is opened.
#include "plugin/shared_object.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace junctor::plugin;

namespace {

struct Dir {
  Dir() {
    char name[] = "/tmp/junctor-so-XXXXXX";
    path = mkdtemp(name);
  }
  ~Dir() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& text, mode_t mode = 0644) const {
    std::ofstream{path + "/" + name} << text;
    chmod((path + "/" + name).c_str(), mode);
  }
  std::string refusal(const std::string& name) const {
    std::string why;
    CHECK(open_plugin(path, name, "junctor_plugin_v1", &why) == nullptr);
    return why;
  }
  std::string path;
};

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a plugin file must be there, regular, ours alone to write, and a shared object") {
  const Dir dir;
  dir.write("group.so", "", 0664);
  dir.write("world.so", "", 0646);
  dir.write("text.so", "not ELF");
  std::filesystem::create_directory(dir.path + "/folder.so");
  CHECK(contains(dir.refusal("absent"), "absent.so: No such file or directory"));
  CHECK(contains(dir.refusal("folder"), "not a regular file"));
  CHECK(contains(dir.refusal("group"), "writable by others than its owner; chmod go-w it"));
  CHECK(contains(dir.refusal("world"), "writable by others than its owner"));
  CHECK(contains(dir.refusal("text"), "text.so"));
}

TEST_CASE("the plugins of a directory are its .so files, by name") {
  const Dir dir;
  dir.write("b.so", "");
  dir.write("a.so", "");
  dir.write("notes.txt", "");
  CHECK(plugins_in(dir.path) == std::vector<std::string>{"a", "b"});
  CHECK(plugins_in(dir.path + "/nowhere").empty());
}

TEST_CASE("the directory of the plugins is ours alone to write, and nobody may exchange it") {
  const Dir dir;
  std::filesystem::create_directories(dir.path + "/above/plugins");
  const std::string plugins = dir.path + "/above/plugins";
  std::ofstream{plugins + "/text.so"} << "not ELF";
  const auto refusal = [&](mode_t above, mode_t own) {
    chmod((dir.path + "/above").c_str(), above);
    chmod(plugins.c_str(), own);
    std::string why;
    CHECK(open_plugin(plugins, "text", "junctor_plugin_v1", &why) == nullptr);
    return why;
  };
  CHECK(contains(refusal(0755, 0775), "plugins: writable by others than its owner; chmod go-w it"));
  CHECK(contains(refusal(0755, 01777), "plugins: writable by others than its owner"));
  CHECK(contains(refusal(0777, 0755), "above: every account on this host may write there"));
  CHECK(contains(refusal(01777, 0755), "text.so: "));
  CHECK(contains(refusal(0755, 0755), "text.so: "));
}
