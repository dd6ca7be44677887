package report

// registry lists the papers, sorted by key. It is a function so that no caller
// can change another's copy.
func registry() []Reference {
	return []Reference{
		{
			Key: "ambrogio2018", Kind: "article", Year: 2018,
			Authors: []string{"S. Ambrogio", "P. Narayanan", "H. Tsai", "R. M. Shelby", "I. Boybat", "C. di Nolfo",
				"S. Sidler", "M. Giordano", "M. Bodini", "N. C. P. Farinha", "B. Killeen", "C. Cheng", "Y. Jaoudi", "G. W. Burr"},
			Title: "Equivalent-accuracy accelerated neural-network training using analogue memory",
			Venue: "Nature", Volume: "558", Pages: "60–67", DOI: "10.1038/s41586-018-0180-5",
			For: "the system: 2PCM+3T1C cell, transfer, polarity inversion",
		},
		{
			Key: "boybat2018", Kind: "article", Year: 2018,
			Authors: []string{"I. Boybat", "M. Le Gallo", "S. R. Nandakumar", "T. Moraitis", "T. Parnell", "T. Tuma",
				"B. Rajendran", "Y. Leblebici", "A. Sebastian", "E. Eleftheriou"},
			Title: "Neuromorphic computing with multi-memristive synapses",
			Venue: "Nature Communications", Volume: "9", Pages: "2514", DOI: "10.1038/s41467-018-04933-y",
			For: "statistics of partial SET pulses on 90 nm PCM",
		},
		{
			Key: "enz1995", Kind: "article", Year: 1995,
			Authors: []string{"C. C. Enz", "F. Krummenacher", "E. A. Vittoz"},
			Title: "An analytical MOS transistor model valid in all regions of operation and dedicated to " +
				"low-voltage and low-current applications",
			Venue: "Analog Integrated Circuits and Signal Processing", Volume: "8", Pages: "83–114", DOI: "10.1007/BF01239381",
			For: "the EKV form of the transistor's current",
		},
		{
			Key: "giordano2019", Kind: "article", Year: 2019,
			Authors: []string{"M. Giordano", "G. Cristiano", "K. Ishibashi", "S. Ambrogio", "H. Tsai", "G. W. Burr", "P. Narayanan"},
			Title: "Analog-to-digital conversion with reconfigurable function mapping for neural networks " +
				"activation function acceleration",
			Venue: "IEEE Journal on Emerging and Selected Topics in Circuits and Systems", Volume: "9", Number: "2", Pages: "367–376",
			For: "time and energy of a conversion with activation",
		},
		{
			Key: "gokmen2016", Kind: "article", Year: 2016,
			Authors: []string{"T. Gokmen", "Y. Vlasov"},
			Title: "Acceleration of deep neural network training with resistive cross-point devices: " +
				"design considerations",
			Venue: "Frontiers in Neuroscience", Volume: "10", Pages: "333", DOI: "10.3389/fnins.2016.00333",
			For: "update by coincident pulses, limits on asymmetry",
		},
		{
			Key: "gokmen2017", Kind: "article", Year: 2017,
			Authors: []string{"T. Gokmen", "M. Onen", "W. Haensch"},
			Title:   "Training deep convolutional neural networks with resistive cross-point devices",
			Venue:   "Frontiers in Neuroscience", Volume: "11", Pages: "538", DOI: "10.3389/fnins.2017.00538",
			For: "noise, bound and update management of the periphery",
		},
		{
			Key: "gong2018", Kind: "article", Year: 2018,
			Authors: []string{"N. Gong", "T. Idé", "S. Kim", "I. Boybat", "A. Sebastian", "V. Narayanan", "T. Ando"},
			Title:   "Signal and noise extraction from analog memory elements for neuromorphic computing",
			Venue:   "Nature Communications", Volume: "9", Pages: "2102", DOI: "10.1038/s41467-018-04485-1",
			For: "share of device-to-device spread in PCM variability",
		},
		{
			Key: "joshi2020", Kind: "article", Year: 2020,
			Authors: []string{"V. Joshi", "M. Le Gallo", "S. Haefeli", "I. Boybat", "S. R. Nandakumar", "C. Piveteau",
				"M. Dazzi", "B. Rajendran", "A. Sebastian", "E. Eleftheriou"},
			Title: "Accurate deep neural network inference using computational phase-change memory",
			Venue: "Nature Communications", Volume: "11", Pages: "2473", DOI: "10.1038/s41467-020-16108-9",
			For: "programming error, drift and read noise of PCM, drift compensation",
		},
		{
			Key: "krizhevsky2009", Kind: "techreport", Year: 2009,
			Authors: []string{"A. Krizhevsky"},
			Title:   "Learning multiple layers of features from tiny images",
			Venue:   "University of Toronto",
			For:     "the CIFAR-10 and CIFAR-100 images",
		},
		{
			Key: "larochelle2007", Kind: "inproceedings", Year: 2007,
			Authors: []string{"H. Larochelle", "D. Erhan", "A. Courville", "J. Bergstra", "Y. Bengio"},
			Title: "An empirical evaluation of deep architectures on problems with many factors of " +
				"variation",
			Venue: "Proceedings of the 24th International Conference on Machine Learning (ICML)", Pages: "473–480",
			DOI: "10.1145/1273496.1273556",
			For: "the MNIST-backrand images",
		},
		{
			Key: "lecun1998", Kind: "article", Year: 1998,
			Authors: []string{"Y. LeCun", "L. Bottou", "Y. Bengio", "P. Haffner"},
			Title:   "Gradient-based learning applied to document recognition",
			Venue:   "Proceedings of the IEEE", Volume: "86", Number: "11", Pages: "2278–2324", DOI: "10.1109/5.726791",
			For: "the MNIST images",
		},
		{
			Key: "nandakumar2018", Kind: "article", Year: 2018,
			Authors: []string{"S. R. Nandakumar", "M. Le Gallo", "I. Boybat", "B. Rajendran", "A. Sebastian", "E. Eleftheriou"},
			Title:   "A phase-change memory model for neuromorphic computing",
			Venue:   "Journal of Applied Physics", Volume: "124", Number: "15", Pages: "152135", DOI: "10.1063/1.5042408",
			For: "conductance after partial SET pulses",
		},
		{
			Key: "pelgrom1989", Kind: "article", Year: 1989,
			Authors: []string{"M. J. M. Pelgrom", "A. C. J. Duinmaijer", "A. P. G. Welbers"},
			Title:   "Matching properties of MOS transistors",
			Venue:   "IEEE Journal of Solid-State Circuits", Volume: "24", Number: "5", Pages: "1433–1439",
			DOI: "10.1109/JSSC.1989.572629",
			For: "threshold mismatch against gate area",
		},
		{
			Key: "salmon2011", Kind: "inproceedings", Year: 2011,
			Authors: []string{"J. K. Salmon", "M. A. Moraes", "R. O. Dror", "D. E. Shaw"},
			Title:   "Parallel random numbers: as easy as 1, 2, 3",
			Venue: "Proceedings of the International Conference for High Performance Computing, Networking, " +
				"Storage and Analysis (SC11)",
			DOI: "10.1145/2063384.2063405",
			For: "keyed random streams (Philox)",
		},
	}
}
