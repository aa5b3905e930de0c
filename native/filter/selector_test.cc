// What matches is as the Kubernetes documentation on labels and selectors says.
#include "filter/selector.h"

#include <gtest/gtest.h>

namespace strato::filter {
namespace {

bool matches(std::string_view text, const std::vector<std::string_view>& labels) {
  std::string why;
  size_t at = 0;
  auto s = Selector::parse(text, &why, &at);
  EXPECT_TRUE(s) << text << ": " << why;
  return s && s->matches(labels);
}

TEST(Selector, DecidesAsKubernetesDoes) {
  const std::vector<std::string_view> web = {"app=web", "tier=a", "app.kubernetes.io/name=x", "empty="};
  for (const char* text : {"app=web", "app==web", " app = web , tier in ( a , b ) ", "tier in (b,a)", "app", "!other", "app!=api", "other!=x", "tier notin (b,c)",
                           "other notin (x)", "app.kubernetes.io/name=x", "empty=", "empty", "empty in ()", "app=web,!canary"})
    EXPECT_TRUE(matches(text, web)) << text;
  for (const char* text : {"app=api", "ap=web", "app=we", "tier in (b,c)", "!app", "other", "app!=web", "tier notin (a)", "other=", "other in (x)", "app=web,canary",
                           "kubernetes.io/name=x"})
    EXPECT_FALSE(matches(text, web)) << text;
  EXPECT_TRUE(matches("!app", {}));
  EXPECT_FALSE(matches("app", {}));
}

TEST(Selector, SaysWhatIsWrongAndWhere) {
  struct {
    const char* text;
    size_t at;
  } const kWrong[] = {{"", 0}, {"  ", 2}, {"app=web,", 8}, {"=web", 0}, {"app in a", 7}, {"app in (a", 9}, {"app=web tier=a", 8}, {"app > 3", 4}, {"!", 1}, {"app=web)", 7}};
  for (const auto& [text, at] : kWrong) {
    std::string why;
    size_t where = 99;
    EXPECT_FALSE(Selector::parse(text, &why, &where)) << text;
    EXPECT_EQ(where, at) << text;
    EXPECT_FALSE(why.empty());
  }
}

}  // namespace
}  // namespace strato::filter
