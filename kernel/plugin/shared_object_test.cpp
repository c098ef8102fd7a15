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
