"""Frequent names of countries whose lists the sources lack or have of another age. Written by hand."""

from ..vocabulary import words

#: Given names, by the locale whose rules decline them.
GIVEN_NAMES: dict[str, frozenset[str]] = {
    "en_GB": words(
        "Callum Imogen Tamsin Rhys Ffion Cerys Gethin Niamh Aoife Ciara Cian Oisín Siobhán Gráinne Eoin Darragh Fionn "
        "Róisín Sinéad Caoimhe Tadhg Eilidh Isobel Hamish Euan Ewan Angus Fergus Alistair Alasdair Iain Mairi Kirsty "
        "Gemma Jodie Kayleigh Lewis Jenson Archie Alfie Freddie Finley Harvey Poppy Freya Evie Millie Phoebe Tilly "
        "Esme Florence Beatrice Arabella Clementine Jemima Rupert Giles Piers Crispin Barnaby Tarquin Hugo Rory Dougal "
        "Lachlan Jarrah Kylie Shayne Darcy Banjo Matilda Delroy Winston Leroy Keisha Shanice Kofi Kwame Ama Abena "
        "Kwasi "
        "Chidi Chinedu Chioma Ngozi Emeka Ifeanyi Adaeze Oluwaseun Tunde Folake Temitope Babajide Keanu LaToya Lamont "
        "DeShawn Jamal Tyrone Darnell Ebony Imani Malik Tariq Shaniqua Aaliyah Nevaeh Brayden Kayden Hudson"
    ),
    "en_IN": words(
        "Aarti Abhishek Aditi Aditya Ajay Akash Akshay Alok Aman Amit Amita Amol Anand Ananya Anil Anirudh Anita "
        "Anjali "
        "Ankit Ankita Anuj Anusha Aparna Archana Arjun Arun Aruna Arvind Ashish Ashok Ashwin Bhavesh Bhavna Chetan "
        "Deepa Deepak Deepika Dev Devika Dhruv Dinesh Divya Farhan Gaurav Gauri Gayatri Geeta Girish Gopal Govind "
        "Harish Harpreet Hema Hemant Indira Ishaan Ishita Jagdish Jasleen Jaya Jayesh Jyoti Kabir Kajal Kalpana Kamal "
        "Karan Karthik Kavita Kavya Ketan Kiran Kishore Krishna Kunal Lakshmi Lalit Lata Madhavi Madhu Madhuri Mahesh "
        "Manish Manisha Manoj Meena Meera Megha Mohan Mohit Mukesh Nandini Naresh Naveen Neelam Neeraj Neha Nikhil "
        "Nilesh Nisha Nitin Pallavi Pankaj Parth Parvati Pooja Prabhakar Pradeep Prakash Pranav Prasad Prashant Pratik "
        "Preeti Prem Rachna Radha Raghav Rahul Rajat Rajesh Rajiv Rakesh Ramesh Ranjit Rashmi Ravi Rekha Renu Reshma "
        "Ritu Rohan Rohit Sachin Sameer Sandeep Sangeeta Sanjana Sanjay Sanjeev Santosh Sarita Satish Savita Seema "
        "Shah "
        "Shalini Shankar Shashi Shilpa Shiv Shobha Shraddha Shreya Shruti Shweta Siddharth Smita Sneha Sonal Sonia "
        "Sourav Srinivas Subhash Sudha Sudhir Sujata Suman Sumit Sunil Sunita Suresh Sushma Swapnil Swati Tanvi Tarun "
        "Tejas Uday Uma Usha Vaibhav Vandana Varun Vidya Vijay Vikas Vikram Vimal Vinay Vineet Vinod Vishal Vivek Yash"
    ),
    "ar_AA": words(
        "Abdullah Abdulrahman Abdelkader Abdelaziz Abdul Ahmad Aisha Ali Amal Amina Amine Anas Asma Ayman Bilal Dalia "
        "Fadi Faisal Farid Farida Fatma Fatoumata Ghada Habib Hala Hamza Hana Hani Hanan Hasan Hind Huda Hussein "
        "Ibrahim "
        "Ilham Iman Ismail Jamila Karim Khadija Khaled Khalid Laila Latifa Layla Leila Lina Loubna Maha Mahmoud Malak "
        "Mariam Maryam Mohammad Mohamad Mona Mouna Mourad Mustafa Moustafa Nabil Nadia Najib Nasser Nawal Noor Noura "
        "Nour "
        "Omar Osama Rachid Rania Rashid Rasha Reem Rima Said Saeed Salah Salim Salma Salman Samir Samira Sana Sami "
        "Sara "
        "Selim Sofiane Tarek Tariq Walid Wafa Yasmin Yasmine Yassin Yassine Youssef Youcef Zahra Zainab Zakaria Zineb"
    ),
    "tr_TR": words(
        "Ahmet Mehmet Mustafa Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat Ömer Ramazan Halil Süleyman Abdullah "
        "Mahmut "
        "Recep Salih Fatih Kadir Emre Hakan Adem Kemal Yaşar Bekir Musa Metin Orhan Burak Furkan Gökhan Uğur Serkan "
        "Cemal "
        "Enes Onur Yunus Tolga Cem Volkan Erkan Selim Sinan Kerem Oğuzhan Okan Ozan Tuncay Ufuk Umut Ümit Barış Berk "
        "Berkay Batuhan Çağatay Çağrı Doğan Engin Erdem Ergün Eren Erhan Erol Ertuğrul Ferhat Gürkan İlker İlhan Kaan "
        "Koray Levent Mert Nihat Nuri Özgür Polat Rıza Sedat Selçuk Semih Serdar Şahin Şükrü Taner Tarık Tayfun Turgut "
        "Yasin Yiğit Zafer Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Zehra Hanife Merve Havva Zeliha Esra "
        "Fadime Özlem Hacer Yasemin Hülya Cemile Sevim Gülsüm Leyla Dilek Büşra Aysel Songül Kübra Halime Esma Aynur "
        "Hayriye Kadriye Sibel Tuğba Rabia Sevgi Rukiye Nurcan Gülşen Gülay Gülten Filiz Ebru Ebrar Derya Deniz "
        "Çiğdem Ceren Ceyda Bahar Aslı Arzu Ayten Aylin Begüm Berna Betül Burcu Canan Damla Didem Duygu Ece Eda Ezgi "
        "Figen Gamze Gizem Gökçe Gül Güler Hande Hilal Irmak İlknur İpek İrem Jale Melek Melike Meltem Melis Mine Müge "
        "Nazlı Neslihan Nilay Nilgün Nilüfer Nur Nuray Özge Pelin Pınar Seda Selin Selma Seval Sevda Sinem Şebnem "
        "Şeyma "
        "Şule Tuba Tülay Yağmur Yeliz Yeşim Yıldız Zerrin"
    ),
    "ro_RO": words(
        "Andrei Alexandru Mihai Ionuț Ștefan Gheorghe Vasile Constantin Florin Marius Cristian Adrian Bogdan Cătălin "
        "Ciprian Claudiu Cosmin Cornel Costin Dan Daniel Dorin Dragoș Dumitru Emil Eugen Gabriel George Horațiu Iulian "
        "Laurențiu Liviu Lucian Marian Mircea Nicolae Octavian Ovidiu Petru Radu Răzvan Remus Robert Sebastian Sergiu "
        "Silviu Sorin Teodor Tiberiu Tudor Valentin Valeriu Victor Viorel Vlad Maria Elena Ioana Andreea Mihaela Ana "
        "Cristina Alexandra Alina Anca Bianca Camelia Carmen Cătălina Claudia Corina Cosmina Daniela Delia Denisa "
        "Diana "
        "Doina Ecaterina Elisabeta Florentina Gabriela Georgiana Ileana Irina Iulia Larisa Lavinia Liliana Loredana "
        "Luminița Mădălina Magdalena Marcela Mariana Mirela Monica Nicoleta Oana Raluca Ramona Roxana Ruxandra Simona "
        "Smaranda Sorina Ștefania Teodora Valentina Vasilica Violeta Viorica"
    ),
    "el_GR": words(
        "Γιώργος Γεώργιος Δημήτρης Δημήτριος Κώστας Κωνσταντίνος Γιάννης Ιωάννης Νίκος Νικόλαος Παναγιώτης Βασίλης "
        "Βασίλειος Χρήστος Θανάσης Αθανάσιος Μιχάλης Μιχαήλ Ευάγγελος Βαγγέλης Σπύρος Σπυρίδων Αντώνης Αντώνιος "
        "Αναστάσιος Τάσος Θεόδωρος Θοδωρής Ανδρέας Χαράλαμπος Μπάμπης Αλέξανδρος Αλέξης Εμμανουήλ Μανώλης Ηλίας "
        "Σταύρος "
        "Πέτρος Σωτήρης Σωτήριος Στέλιος Στυλιανός Γρηγόρης Γρηγόριος Απόστολος Φώτης Φώτιος Ευστάθιος Στάθης Άγγελος "
        "Παύλος Στέφανος Λευτέρης Ελευθέριος Νεκτάριος Κυριάκος Ιάσονας Ορέστης Οδυσσέας Αριστείδης Λεωνίδας Μάριος "
        "Φίλιππος Ραφαήλ Θωμάς Λάμπρος Μάρκος Ανδρέα Αχιλλέας Μαρία Ελένη Κατερίνα Αικατερίνη Βασιλική Σοφία Γεωργία "
        "Αγγελική Ευαγγελία Ιωάννα Δήμητρα Κωνσταντίνα Παναγιώτα Δέσποινα Άννα Χριστίνα Αναστασία Φωτεινή Ευαγγελία "
        "Παρασκευή Χρυσούλα Αθανασία Αλεξάνδρα Σταυρούλα Κυριακή Ευγενία Στυλιανή Σπυριδούλα Αναστασία Θεοδώρα Ειρήνη "
        "Νίκη Μαρίνα Ευτυχία Άρτεμις Αφροδίτη Δανάη Χαρά Ζωή Νεφέλη Μυρτώ Μελίνα Ραφαέλα Στέλλα Βάσω Πόπη Ρένα Λίνα "
        "Όλγα Βίκυ Ευδοκία Θεοφανία Καλλιόπη Πηνελόπη Ιφιγένεια Ναταλία Τατιάνα Λυδία Φαίη Ηλέκτρα Αριάδνη Έλλη"
    ),
    "uk_UA": words(
        "Олександр Андрій Сергій Володимир Микола Іван Василь Михайло Петро Юрій Дмитро Максим Богдан Тарас Ігор Роман "
        "Олег Ярослав Віталій Віктор Руслан Євген Денис Артем Назар Остап Павло Степан Григорій Анатолій Валерій "
        "Станіслав Владислав Антон Кирило Данило Матвій Тимофій Марко Лев Любомир Мирослав Святослав Ростислав Зиновій "
        "Наталія Олена Ірина Тетяна Світлана Оксана Ольга Людмила Галина Марія Надія Любов Віра Валентина Лариса Юлія "
        "Катерина Анна Ганна Анастасія Софія Соломія Христина Мар'яна Зоряна Дарина Дарія Вікторія Аліна Яна Лілія "
        "Леся Орися Стефанія Ярослава Уляна Богдана Мирослава Руслана Роксолана Поліна Злата Вероніка Євгенія Інна Алла"
    ),
    "ru_RU": words(
        "Злата Есения Милана Мирон Лейла Зарина Айдар Инга Рашид Алсу Аделина Алсу Амина Амир Анжелика Айгуль Альбина "
        "Анвар Артур Асель Аскар Венера Гузель Дамир Дания Дильназ Жанна Заур Зульфия Ильнур Ильяс Инесса Камила Лиана "
        "Магомед Малика Марат Марьям Мурад Наиля Нурлан Рамиль Ренат Ринат Роза Рустем Салават Самира София "
        "Тагир Фарида Фатима Чингиз Шамиль Эдуард Эльдар Эмиль Элеонора Юнус Ясмина"
    ),
    "pl_PL": words("Bronisław Seweryn Lech Honorata Jagoda Oliwier Nikodem Tymoteusz Ignacy Leon Amelia Lilianna Pola"),
    "nb_NO": words("Ingvild Torgeir Vetle Bjørnar Håvard Sindre Eirik Vegard Trygve Oddvar Gunhild Ragna Synne Vilde"),
    "da_DK": words("Vibeke Ejvind Malthe Frederikke Asger Bodil Gitte Dorte Jytte Lærke Mads Rasmus Troels Ulrik "
    "Sigrid"),
    "es_ES": words("Unai Maialen Edurne Ane Amaia Leire Nahia Oihane Uxue Xabier Eneko Asier Gorka Jokin Mikel Beñat"),
    "es_MX": words("Xóchitl Itzel Citlali Yaretzi Jesús Guadalupe Lupita Yolanda Noemí Facundo Nahuel Anahí Ximena "
    "Zoe"),
    "it_IT": words(
        "Ginevra Fiammetta Tancredi Ambra Azzurra Manlio Gaia Giada Sveva Mattia Samuele Tommaso Edoardo Gioele Aurora"
    ),
    "pt_BR": words(
        "Thaís Raimunda Iracema Kauã Kauê Cauã Cauê Tainá Jussara Iara Uiara Moacir Ubirajara Jurema Wesley Wellington "
        "Washington Jéssica Larissa Letícia Vitória Caio Davi Enzo Murilo Thiago Tiago Gonçalo Mafalda Constança"
    ),
    "nl_NL": words("Marloes Geertje Tjitske Sjoerd Femke Maaike Nienke Sietske Wiebe Hidde Jorrit Ilse Anouk Lotte "
    "Fleur"),
    "fr_FR": words("Yseult Maëlys Lilou Loïc Gwenaëlle Yannick Mamadou Aminata Moussa Ibrahima Ousmane Awa Djibril "
    "Kévin"),
}  # fmt: skip

SURNAMES = words(
    # Türkiye
    "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt "
    "Özkan Şimşek Polat Korkmaz Özcan Çakır Erdoğan Yavuz Acar Şen Güler Yalçın Güneş Bozkurt Bulut Keskin Ünal Turan "
    "Gül Özer Işık Kaplan Avcı Sarı Tekin Taş Köse Yüksel Ateş Aktaş Uysal Erdem Karadeniz Demirtaş Gündoğdu Uçar "
    "Toprak "
    "Güngör Duman Coşkun Karaca Ekinci Tunç Bayram Akın Altun Aksoy Başaran Çiftçi Demirel Durmaz Eren Ergin Gürbüz "
    "Kalkan "
    "Karataş Kartal Koçak Oral Özkaya Pekcan Sezer Soylu Tosun Türkmen Uzun Varol Yaman Yücel Zengin "
    # Romania, Moldova
    "Popa Popescu Pop Radu Ionescu Dumitru Stoica Stan Munteanu Gheorghe Constantin Rusu Matei Marin Mihai Ciobanu "
    "Șerban "
    "Florea Lazăr Dinu Toma Dobre Barbu Nistor Lungu Ene Tudor Dragomir Niculae Olaru Moldovan Oprea Voicu Cristea "
    "Neagu "
    "Ungureanu Lupu Crăciun Enache Manea Coman Sava Vlad Bucur Pavel Nedelcu Cozma Țurcanu Olteanu Bratu Preda Zamfir "
    # Ukraine
    "Кравчук Бойко Гнатюк Коваль Мороз Сорока Білик Рибак Мельник Шевчук Ковальчук Поліщук Бондар Ткачук Мазур Кушнір "
    "Левчук Савчук Гончар Стельмах Романюк Паламарчук Бабенко Панасюк Довгий Козак Вовк Дяченко Яремчук Литвин "
    "Гриценко "
    "Чорновол Грушевська Білоус Кучер Швець Жук Гончарук Мартинюк Костюк Климчук "
    # Russia and the Caucasus
    "Черных Седых Долгих Пушкарь Бондарь Цой Ким Пак Хан Заяц Воробей Мельник Шевчук Мороз Коваль Гайнутдинов Арутюнян "
    "Саркисян Петросян Григорян Акопян Оганесян Геворкян Гусейнов Мамедов Алиев Джафаров Ибрагимов Сафин Шарипов Юн Ли "
    # Greece
    "Παπαδόπουλος Παπαδοπούλου Παπαδάκης Παπαδάκη Γεωργίου Δημητρίου Οικονόμου Ιωαννίδης Ιωαννίδου Νικολάου Βασιλείου "
    "Αθανασίου Αντωνίου Κωνσταντίνου Χριστοδούλου Παπανικολάου Παππάς Παππά Μακρής Μακρή Αλεξίου Σαμαράς Καραγιάννης "
    "Κατσαρός Ζαφείρης Λαμπράκης Μαυρομάτης Κουρής Φωτιάδης Κρητικός Χατζής Ράλλη Ψαρού Ξενάκης Βλάχος Βλάχου "
    "Αγγελόπουλος "
    "Αναγνωστόπουλος Σταθόπουλος Δημόπουλος Μιχαηλίδης Κυριακίδης Θεοδωρίδης Στεφανίδης Παναγιωτίδης "
    # India and its neighbours
    "Agarwal Aggarwal Ahuja Arora Bajaj Banerjee Bansal Basu Bhardwaj Bhat Bhatia Bhatt Bhattacharya Bose "
    "Chakraborty Chand "
    "Chandra Chatterjee Chaudhary Chauhan Chopra Das Dasgupta Desai Deshmukh Deshpande Dhawan Dixit Dubey Dutta Garg "
    "Ghosh "
    "Gill Goel Gopalakrishnan Goswami Goyal Grover Gupta Iyer Iyengar Jain Jha Joshi Kapoor Kaur Khan Khanna Khurana "
    "Kulkarni Kumar Kumari Mahajan Malhotra Mathur Mehra Mehta Menon Mishra Mittal Mukherjee Murthy Nadkarni Nair "
    "Naidu "
    "Narang Narayan Nayak Pandey Pandya Parekh Patel Patil Pillai Prabhu Prasad Puri Raghavan Rajan Rajput Rana Rao "
    "Rastogi "
    "Rathore Reddy Roy Saha Sahu Saxena Sen Sengupta Seth Sethi Shah Sharma Shetty Shukla Sidhu Singh Sinha Sood "
    "Srivastava "
    "Subramaniam Sundaram Swamy Talwar Tandon Thakur Thapar Tiwari Trivedi Upadhyay Varghese Varma Venkatesan Verma "
    "Vyas "
    "Yadav Hossain Rahman Chowdhury Perera Fernando Jayawardena Silva Siddiqui Qureshi Malik Sheikh Mirza Ansari "
    # Arabic in Latin letters
    "Haddad Khoury Mansour Nasser Najjar Hariri Amrani Alaoui Benali Bouazizi Bensaid Cherif Mahfouz Saleh Saidi "
    "Zidane "
    "Belkacem Boumediene Chaoui Daoud Darwish Fawzi Ghanem Hamdan Hijazi Issa Jaber Kassem Khalil Maalouf Masri "
    "Mokhtar "
    "Othman Qasim Sabbagh Sayegh Shaheen Tawfik Yousef Zaki "
    # Nigeria, Ghana, South Africa, Kenya
    "Okafor Okonkwo Adeyemi Adebayo Ogunleye Balogun Eze Nwosu Obi Okoro Olawale Oyelaran Mensah Owusu Boateng "
    "Asante Osei "
    "Appiah Mbeki Dlamini Nkosi Ndlovu Zulu Khumalo Mokoena Naidoo Kamau Otieno Wanjiku Mwangi Njoroge Kipchoge "
    "Abebe Tadesse "
    # Vietnam, China, Korea in Latin letters
    "Nguyen Tran Pham Huynh Hoang Phan Vuong Dang Bui Duong Zhang Wang Chen Liu Yang Huang Zhao Zhou Zhu Gao Guo Luo "
    "Zheng "
    "Xie Deng Xiao Feng Cheng Tsai Hsu Chang Choi Jung Kang Yoon Cho Lim Shin Kwon Hwang Takahashi Watanabe Yamamoto "
    "Nakamura Kobayashi Yoshida Yamada Sasaki Matsumoto Inoue Kimura Hayashi Shimizu Yamazaki Ikeda Hashimoto Ishikawa "
    # Germany, Austria, Switzerland; the Low Countries; France; Iberia; Italy; the North; Hungary
    "Achterberg Fassbender Möllmann Stadelmaier Obermayer Rademacher Hinrichs Petersen Lorenzen Jansen Behrendt "
    "Kretschmer "
    "Bouwmeester Hoekstra Postma Wiersma Dijkstra Terpstra Bakker Visser Smit Mulder Kuipers Schippers Bosman Veenstra "
    "Delavigne Bouchardeau Lemoigne Castaing Montagnier Rouvière Kerguelen Diallo Traoré Diop Ndiaye Cissé Coulibaly "
    "Keïta "
    "Etxeberria Ibargüen Zubizarreta Goikoetxea Agirre Urrutia Mendizábal Cuauhtémoc Mamani Quispe Condori Choque "
    "Bragança Sobral Nóbrega Quaresma Cavalcanti Brandão Aragão Scaramuzza Quagliarella Dell'Orto Dell'Acqua "
    "Dall'Agnol "
    "Bisgaard Kjærgaard Skovgaard Bundgaard Nørgaard Svane Lagerqvist Fjeldstad Ødegård Metsälä Szentgyörgyi Bartók "
    "Zrínyi"
)  # fmt: skip
