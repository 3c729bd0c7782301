// The most common passwords of eight characters and more in published leaks; shorter ones are refused by length.
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `password 12345678 123456789 1234567890 qwertyuiop password1 password12 password123 passw0rd p@ssw0rd p@ssword
  iloveyou princess sunshine football baseball superman trustno1 starwars whatever computer michelle jennifer
  jonathan liverpool arsenal1 chelsea1 michael1 jordan23 corvette mercedes maverick midnight bigdaddy samantha
  alexander benjamin charlotte elizabeth victoria christin danielle nicholas patricia stephanie letmein1 welcome1
  welcome123 admin123 administrator changeme changeme1 secret123 qwerty12 qwerty123 qwerty1234 qwertyui 1q2w3e4r
  1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc zaq12wsx q1w2e3r4 asdfghjkl asdfasdf zxcvbnm1 zxcvbnm123 qazwsxedc abcd1234
  abc12345 a1b2c3d4 aa123456 a123456789 11111111 111111111 22222222 55555555 66666666 77777777 88888888 99999999
  00000000 0000000000 12341234 11223344 12121212 12344321 123123123 123321123 147258369 159357456 87654321 987654321
  0987654321 9876543210 123456789a 1234567a 12345678a 123456abc 1234qwer 123qweasd qwer1234 monkey123 dragon123
  master123 shadow123 football1 baseball1 superman1 batman123 pokemon1 naruto123 minecraft internet samsung1
  facebook linkedin twitter1 google123 yahoo123 hello123 hellohello test1234 testtest guest1234 default1 iloveyou1
  iloveyou2 loveyou1 lovely123 sunshine1 princess1 charlie1 freedom1 blink182 jesus123 money123 summer2024 summer2025
  winter2024 winter2025 spring2025 autumn2025`.split(/\s+/),
)
